// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/access.hpp"

#include "core/base/host_port.hpp"
#include "core/base/small_file.hpp"

#include <fmt/format.h>

namespace catena::kubernetes::api {

namespace {

/// Of a server that can be connected to.
std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto port = parse_port(text);
  return port && *port != 0 ? port : std::nullopt;
}

/// "host", "host:port", "[v6]" or "[v6]:port".
Result<void> set_authority(ApiServer& server, std::string_view text) {
  const std::string whole(text);
  if (text.find('@') != std::string_view::npos) {
    return Error{fmt::format("\"{}\": a user in a URL is not supported", whole)};
  }
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return Error{fmt::format("\"{}\": missing ']'", whole)};
    server.host = text.substr(1, bracket - 1);
    host_end = bracket + 1;
  } else {
    server.host = text.substr(0, host_end);
  }
  if (server.host.empty()) return Error{fmt::format("\"{}\": no host in it", whole)};
  text.remove_prefix(std::min(host_end, text.size()));
  server.port = server.scheme == Scheme::https ? 443 : 80;
  if (text.empty()) return {};
  const auto port = text.starts_with(':') ? port_of(text.substr(1)) : std::nullopt;
  if (!port) return Error{fmt::format("\"{}\": not a host and port", whole)};
  server.port = *port;
  return {};
}

}  // namespace

std::string ApiServer::authority() const { return join_host_port(host, port); }

std::string ApiServer::url() const {
  return fmt::format("{}://{}{}", scheme == Scheme::https ? "https" : "http", authority(), path);
}

Result<void> set_url(ApiServer& server, std::string_view url, Scheme without_scheme) {
  const std::string whole(url);
  server.scheme = without_scheme;
  if (const std::size_t mark = url.find("://"); mark != std::string_view::npos) {
    const std::string_view scheme = url.substr(0, mark);
    if (scheme != "http" && scheme != "https") {
      return Error{fmt::format("\"{}\": the scheme must be http or https", whole)};
    }
    server.scheme = scheme == "https" ? Scheme::https : Scheme::http;
    url.remove_prefix(mark + 3);
  }
  if (url.find_first_of("?# \t\r\n") != std::string_view::npos) {
    return Error{fmt::format("\"{}\": not the address of an API server", whole)};
  }
  const std::size_t slash = std::min(url.find('/'), url.size());
  server.path = url.substr(slash);
  while (server.path.ends_with('/')) server.path.pop_back();
  return set_authority(server, url.substr(0, slash));
}

Result<ApiServer> in_cluster(const config::Variables& environment,
                             const Log& log,
                             const std::string& folder) {
  const auto host = environment("KUBERNETES_SERVICE_HOST");
  const auto port = environment("KUBERNETES_SERVICE_PORT");
  if (!host || host->empty() || !port || port->empty()) {
    return Error{
        "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and "
        "KUBERNETES_SERVICE_PORT must be defined"};
  }
  ApiServer server;
  server.host = *host;
  const auto number = port_of(*port);
  if (!number) return Error{fmt::format("KUBERNETES_SERVICE_PORT is not a port: {}", *port)};
  server.port = *number;
  server.auth.token_file = folder + "/token";
  const auto token = read_small_file(server.auth.token_file);
  if (!token) return token.error();
  const std::string authorities = folder + "/ca.crt";
  if (const auto text = read_small_file(authorities); text) {
    server.tls.authorities.file = authorities;
  } else {
    log.error("Expected to load root CA config from {}, but got err: {}", authorities,
              text.error().text);
  }
  return server;
}

Result<ApiServer> from_endpoint(std::string_view url, TlsSettings tls) {
  ApiServer server;
  const bool secured = tls.authorities.given() || tls.certificate.given() || tls.key.given();
  const auto set = set_url(server, url, secured ? Scheme::https : Scheme::http);
  if (!set) return set.error();
  server.tls = std::move(tls);
  return server;
}

}  // namespace catena::kubernetes::api
