// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/targets.hpp"

#include "core/base/ascii.hpp"
#include "core/config/file_system.hpp"
#include "core/config/zone_doubt.hpp"
#include "core/config/zone_name.hpp"
#include "core/plugin/resolv_conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

namespace catena::forward {
namespace {

constexpr std::size_t kMaxTargets = 15;
constexpr std::uint16_t kPort = 53;
constexpr std::uint16_t kTlsPort = 853;

enum class Known : std::uint8_t {
  here,
  later,  // CoreDNS forwards to it, this build does not yet.
  never,
};
struct SchemeName {
  std::string_view name;
  Known known;
  Scheme scheme = Scheme::dns;
};
constexpr std::array<SchemeName, 7> kSchemes = {{{"dns", Known::here},
                                                 {"tls", Known::here, Scheme::tls},
                                                 {"https", Known::later},
                                                 {"quic", Known::later},
                                                 {"grpc", Known::never},
                                                 {"https3", Known::never},
                                                 {"unix", Known::never}}};

// Nothing, and a complaint, for a scheme that this build cannot forward to. Cuts it off.
std::optional<Scheme> take_scheme(config::Arguments& line, std::string_view& text) {
  const std::size_t at = text.find("://");
  if (at == std::string_view::npos) return Scheme::dns;
  const std::string_view scheme = text.substr(0, at);
  const auto found = std::find_if(kSchemes.begin(), kSchemes.end(),
                                  [scheme](const SchemeName& one) { return one.name == scheme; });
  if (found == kSchemes.end()) return Scheme::dns;
  if (found->known == Known::later) line.refuse(text);
  if (found->known == Known::never) {
    line.error(fmt::format("'{}' is not supported as a destination protocol in forward: {}", scheme,
                           text));
  }
  if (found->known != Known::here) return std::nullopt;
  text.remove_prefix(at + 3);
  return found->scheme;
}

// An address with its port, and what stands behind its percent sign.
struct Split {
  std::string address;
  std::string_view behind;
};

// "192.0.2.1%dns.example:853" and "[2001:db8::1%dns.example]:853": the name of the server.
Split split_server_name(std::string_view text) {
  const std::size_t percent = text.rfind('%');
  if (percent == std::string_view::npos) return {std::string(text), {}};
  const std::string_view behind = text.substr(percent + 1);
  const std::size_t colon = std::min(behind.size(), behind.rfind(':'));
  std::string_view name = behind.substr(0, colon);
  if (name.ends_with(']')) name.remove_suffix(1);
  std::string address(text.substr(0, percent));
  if (address.starts_with('[')) address += ']';
  return {address + std::string(behind.substr(colon)), name};
}

// "fe80::1%eth0" and "[fe80::1%eth0]:53": the interface.

Split split_interface(std::string_view text) {
  const std::size_t zone = text.find('%');
  if (zone == std::string_view::npos) return {std::string(text), {}};
  const std::size_t end = std::min(text.size(), text.find(']', zone));
  return {std::string(text.substr(0, zone)) + std::string(text.substr(end)),
          text.substr(zone + 1, end - zone - 1)};
}

void add(std::vector<Target>& targets, Target target) {
  const auto same = [&target](const Target& other) {
    return other.endpoint == target.endpoint && other.interface == target.interface &&
           other.host == target.host && other.port == target.port &&
           other.scheme == target.scheme && same_text(other.server_name, target.server_name);
  };
  if (std::none_of(targets.begin(), targets.end(), same)) targets.push_back(std::move(target));
}

void add_address(std::vector<Target>& targets, const ScopedAddress& server, std::uint16_t port) {
  add(targets, Target{.endpoint = {server.address, port},
                      .interface = server.interface,
                      .host = "",
                      .port = port});
}

void add_file(config::Arguments& line, const std::string& path, std::vector<Target>& targets) {
  if (line.elsewhere()) return line.need(path);
  const auto text = config::Disk().read(path);
  if (!text) {
    return line.error(
        fmt::format("not an IP address or file \"{0}\": failed to open file \"{0}\": {1}", path,
                    text.error().message()));
  }
  for (const ScopedAddress& server : parse_resolv_conf(*text).servers) {
    add_address(targets, server, kPort);
  }
}

std::optional<Target> host_of(std::string_view text, std::uint16_t port) {
  Target target{.port = port};
  std::string host(text);
  if (text.find(':') != std::string_view::npos) {
    const auto parts = parse_host_port(text);
    if (!parts) return std::nullopt;
    host = parts->host;
    target.port = parts->port;
  }
  if (host.empty() || !config::is_domain_name(host) || !dns::Name::parse(host)) return std::nullopt;
  target.host = config::qualified(host);
  return target;
}

// A file that is not there is a host's name for CoreDNS, and so is what was meant as an address.
void warn_of_host(config::Arguments& line, std::string_view text) {
  const bool path = text.find('/') != std::string_view::npos;
  const std::string doubt = path ? "there is no such file here" : config::host_doubt(text);
  if (path) line.need(text);
  if (doubt.empty()) return;
  line.warn(
      fmt::format("'{}' is taken for a host's name, and the server does not start unless it "
                  "can be resolved: {}",
                  text, doubt));
}

// What is neither an address nor a name.
bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

void take_plain(config::Arguments& line, std::string_view text, std::vector<Target>& targets) {
  const Split split = split_interface(text);
  if (const auto endpoint = config::parse_endpoint(split.address, kPort)) {
    return add_address(targets, scoped(endpoint->address(), split.behind), endpoint->port());
  }
  if (is_file(std::string(text))) return add_file(line, std::string(text), targets);
  if (auto host = host_of(text, kPort)) {
    warn_of_host(line, text);
    return add(targets, std::move(*host));
  }
  line.error(fmt::format("not an IP address, file, or valid domain: \"{}\"", text));
}

void take_secured(config::Arguments& line, std::string_view text, std::vector<Target>& targets) {
  const Split split = split_server_name(text);
  std::optional<Target> target;
  if (const auto endpoint = config::parse_endpoint(split.address, kTlsPort)) {
    target = Target{.endpoint = {endpoint->address(), endpoint->port()}, .port = endpoint->port()};
  } else if (is_file(std::string(text))) {
    line.warn(fmt::format("the servers in {} are asked without TLS", text));
    return add_file(line, std::string(text), targets);
  } else {
    target = host_of(split.address, kTlsPort);
    if (target) warn_of_host(line, split.address);
  }
  if (!target) {
    return line.error(fmt::format("not an IP address, file, or valid domain: \"tls://{}\"", text));
  }
  target->scheme = Scheme::tls;
  target->server_name = split.behind;
  add(targets, std::move(*target));
}

void take_target(config::Arguments& line, std::string_view text, std::vector<Target>& targets) {
  const auto scheme = take_scheme(line, text);
  if (scheme == Scheme::dns) take_plain(line, text, targets);
  if (scheme == Scheme::tls) take_secured(line, text, targets);
}

}  // namespace

std::vector<Target> take_targets(config::Arguments& line) {
  std::vector<Target> targets;
  const std::size_t count = line.count();
  while (const config::Word* word = line.take()) take_target(line, word->text, targets);
  if (count > kMaxTargets) line.error(fmt::format("more than 15 TOs configured: {}", count));
  if (targets.empty() && !line.elsewhere() && !line.failed())
    line.error("no valid upstream addresses found");
  return targets;
}

}  // namespace catena::forward
