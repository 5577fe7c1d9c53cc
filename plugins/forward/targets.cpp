// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/targets.hpp"

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

struct SchemeName {
  std::string_view name;
  bool later;  // CoreDNS forwards to it, this build does not yet.
};
constexpr std::array<SchemeName, 7> kSchemes = {{{"dns", false},
                                                 {"tls", true},
                                                 {"https", true},
                                                 {"quic", true},
                                                 {"grpc", false},
                                                 {"https3", false},
                                                 {"unix", false}}};

// False, and a complaint, for a scheme that this build cannot forward to. Cuts `dns://` off.
bool take_scheme(config::Arguments& line, std::string_view& text) {
  const std::size_t at = text.find("://");
  if (at == std::string_view::npos) return true;
  const std::string_view scheme = text.substr(0, at);
  const auto known = std::find_if(kSchemes.begin(), kSchemes.end(),
                                  [scheme](const SchemeName& one) { return one.name == scheme; });
  if (known == kSchemes.end()) return true;
  if (known->later) line.refuse(text);
  if (!known->later && known->name != "dns") {
    line.error(fmt::format("'{}' is not supported as a destination protocol in forward: {}", scheme,
                           text));
  }
  text.remove_prefix(at + 3);
  return known->name == "dns";
}

// "fe80::1%eth0" and "[fe80::1%eth0]:53" in two: the address with its port, and the interface.
struct Split {
  std::string address;
  std::string_view interface;
};

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
           other.host == target.host && other.port == target.port;
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

std::optional<Target> host_of(std::string_view text) {
  Target target;
  std::string host(text);
  if (text.find(':') != std::string_view::npos) {
    const auto parts = config::parse_host_port(text);
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

void take_target(config::Arguments& line, std::string_view text, std::vector<Target>& targets) {
  if (!take_scheme(line, text)) return;
  const Split split = split_interface(text);
  if (const auto endpoint = config::parse_endpoint(split.address, kPort)) {
    return add_address(targets, scoped(endpoint->address, split.interface), endpoint->port);
  }
  const std::string path(text);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return add_file(line, path, targets);
  if (auto host = host_of(text)) {
    warn_of_host(line, text);
    return add(targets, std::move(*host));
  }
  line.error(fmt::format("not an IP address, file, or valid domain: \"{}\"", text));
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
