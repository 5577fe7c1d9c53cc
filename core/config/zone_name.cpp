// SPDX-License-Identifier: Apache-2.0
#include "core/config/zone_name.hpp"

#include "core/base/ascii.hpp"
#include "core/config/subnet.hpp"
#include "core/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::config {

namespace {

struct SchemeInfo {
  Scheme scheme;
  std::string_view name;
  std::uint16_t port;
};

constexpr SchemeInfo kSchemes[] = {
    {Scheme::dns, "dns", 53},         {Scheme::tls, "tls", 853},
    {Scheme::quic, "quic", 853},      {Scheme::grpc, "grpc", 443},
    {Scheme::https, "https", 443},    {Scheme::https3, "https3", 443},
    {Scheme::unix_socket, "unix", 0},
};

constexpr std::size_t kLongestText = 255;
constexpr std::size_t kLongestWire = 255;
constexpr std::size_t kLongestLabel = 63;

bool is_decimal_escape(std::string_view text) {
  return text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]);
}

// True when the last dot ends the name, not when it is an escaped byte of the last label.
bool is_qualified(std::string_view name) {
  if (!name.ends_with('.')) return false;
  std::size_t backslashes = 0;
  for (std::size_t i = name.size() - 1; i > 0 && name[i - 1] == '\\'; --i) ++backslashes;
  return backslashes % 2 == 0;
}

Scheme take_scheme(std::string_view& text) {
  for (const SchemeInfo& info : kSchemes) {
    if (text.starts_with(info.name) && text.substr(info.name.size()).starts_with("://")) {
      text.remove_prefix(info.name.size() + 3);
      return info.scheme;
    }
  }
  return Scheme::dns;
}

std::optional<long> take_port(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_signed(text.substr(colon + 1));
  if (!port) return std::nullopt;
  text = text.substr(0, colon);
  return static_cast<long>(*port);
}

// How many bits of an address a label of a reverse name tells.
unsigned bits_of_label(const Subnet& subnet) { return subnet.address.is_v4() ? 8 : 4; }

// What the label at this place tells, counted from the front of the address.
unsigned label(const Subnet& subnet, unsigned index) {
  if (subnet.address.is_v4()) return subnet.address.to_v4().to_bytes()[index];
  const unsigned byte = subnet.address.to_v6().to_bytes()[index / 2];
  return index % 2 == 0 ? byte >> 4 : byte & 15;
}

std::string reverse_zone(const Subnet& subnet, unsigned labels, unsigned last_label) {
  const bool v4 = subnet.address.is_v4();
  std::string name;
  for (unsigned i = labels; i > 0; --i) {
    const unsigned value = i == labels ? last_label : label(subnet, i - 1);
    name += v4 ? fmt::format("{}.", value) : fmt::format("{:x}.", value);
  }
  return name + (v4 ? "in-addr.arpa." : "ip6.arpa.");
}

std::vector<std::string> zones_of_subnet(const Subnet& subnet) {
  const unsigned step = bits_of_label(subnet);
  const unsigned labels = (subnet.bits + step - 1) / step;
  if (labels == 0) return {reverse_zone(subnet, 0, 0)};
  const unsigned free_bits = labels * step - subnet.bits;
  const unsigned first = label(subnet, labels - 1);
  std::vector<std::string> zones;
  for (unsigned i = 0; i < 1u << free_bits; ++i) {
    zones.push_back(reverse_zone(subnet, labels, first + i));
  }
  return zones;
}

// CoreDNS takes these for a port that lost its address.
bool is_refused_network(std::string_view text) {
  return text.starts_with(':') ||
         (text.starts_with('0') && text.find(':') != std::string_view::npos);
}

std::string name_error(std::string_view name) {
  if (name.size() > kLongestText) {
    return fmt::format("specified zone is too long: {} > {}", name.size(), kLongestText);
  }
  if (!is_domain_name(name)) return fmt::format("zone is not a valid domain name: {}", name);
  return {};
}

}  // namespace

std::string_view to_string(Scheme scheme) {
  return kSchemes[static_cast<std::size_t>(scheme)].name;
}

std::uint16_t default_port(Scheme scheme) {
  return kSchemes[static_cast<std::size_t>(scheme)].port;
}

bool is_domain_name(std::string_view name) {
  if (name == ".") return true;
  if (name.empty()) return false;
  std::size_t wire = 1;
  std::size_t label = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '.') {
      if (label == 0) return false;
      wire += label + 1;
      label = 0;
      continue;
    }
    if (name[i] == '\\') {
      if (i + 1 == name.size()) return false;
      i += is_decimal_escape(name.substr(i + 1)) ? 3 : 1;
    }
    if (++label > kLongestLabel) return false;
  }
  return wire + (label > 0 ? label + 1 : 0) <= kLongestWire;
}

std::string qualified(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!is_qualified(out)) out += '.';
  return out;
}

std::optional<std::vector<std::string>> reverse_zones(std::string_view network) {
  const auto parsed = parse_subnet(network);
  if (!parsed) return std::nullopt;
  return zones_of_subnet(*parsed);
}

std::optional<ZoneSpec> parse_zone(std::string_view text, std::string& error) {
  ZoneSpec spec;
  spec.scheme = take_scheme(text);
  if (text.empty() || text.ends_with(':')) {
    error = fmt::format("expecting data after last colon: \"{}\"", text);
    return std::nullopt;
  }
  spec.port = take_port(text);
  error = name_error(text);
  if (!error.empty()) return std::nullopt;
  const auto subnet = parse_subnet(text);
  if (subnet && is_refused_network(text)) {
    error = fmt::format("invalid CIDR {}", text);
    return std::nullopt;
  }
  if (subnet) {
    spec.zones = zones_of_subnet(*subnet);
    return spec;
  }
  spec.zones = {qualified(text)};
  error = name_error(spec.zones.front());
  if (!error.empty()) return std::nullopt;
  return spec;
}

std::vector<std::string> parse_zones(const std::vector<std::string>& texts) {
  std::vector<std::string> zones;
  std::string error;
  for (const std::string& text : texts) {
    auto spec = parse_zone(text, error);
    if (!spec) continue;
    for (std::string& zone : spec->zones) zones.push_back(std::move(zone));
  }
  return zones;
}

}  // namespace catena::config
