// SPDX-License-Identifier: Apache-2.0
#include "core/server/zone_lines.hpp"

#include "core/base/ascii.hpp"
#include "core/server/listeners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace catena::server {
namespace {

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_preferred(std::string_view label) {
  const auto usual = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  return !label.empty() && is_letter(label.front()) && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), usual);
}

// RFC 1035 section 2.3.1, for zones in lower case.
bool follows_preferred_syntax(std::string_view zone) {
  if (zone == "." || zone.ends_with("in-addr.arpa.") || zone.ends_with("ip6.arpa.")) return true;
  while (!zone.empty()) {
    const std::size_t dot = zone.find('.');
    if (dot == std::string_view::npos || !is_preferred(zone.substr(0, dot))) return false;
    zone.remove_prefix(dot + 1);
  }
  return true;
}

}  // namespace

std::vector<std::string> zone_lines(const Listener& listener, std::uint16_t port) {
  std::set<std::string> zones;
  for (const Block* block : listener.blocks) {
    for (const config::Key& key : block->keys) {
      if (answers(listener, key)) zones.insert(key.zone);
    }
  }
  const bool plain = listener.key.scheme == config::Scheme::dns;
  const std::string scheme =
      plain ? "" : fmt::format("{}://", config::to_string(listener.key.scheme));
  std::vector<std::string> lines;
  for (const std::string& zone : zones) {
    if (!follows_preferred_syntax(zone)) {
      lines.push_back(
          fmt::format("Warning: Domain \"{}\" does not follow RFC1035 preferred syntax", zone));
    }
    const std::string where = listener.key.address.empty() ? "" : " on " + listener.key.address;
    lines.push_back(fmt::format("{}{}:{}{}", scheme, zone, port, where));
  }
  return lines;
}

}  // namespace catena::server
