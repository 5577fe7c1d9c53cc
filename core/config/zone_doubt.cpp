// SPDX-License-Identifier: Apache-2.0
#include "core/config/zone_doubt.hpp"

#include "core/base/ascii.hpp"
#include "core/config/values.hpp"
#include "core/config/zone_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// 30, 30s, 1h30m, and the 1d that Go does not know.
bool is_time(std::string_view word) {
  return !word.empty() && is_digit(word.front()) &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || is_letter(c); });
}

std::string_view without_port(std::string_view word) {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || !parse_signed(word.substr(colon + 1))) return word;
  return word.substr(0, colon);
}

// Cuts `dns://` off; false where what stands before "://" is no scheme.
bool cut_scheme(std::string_view& word) {
  constexpr auto kLast = static_cast<int>(Scheme::unix_socket);
  const std::size_t at = word.find("://");
  if (at == std::string_view::npos) return true;
  for (int scheme = 0; scheme <= kLast; ++scheme) {
    if (word.substr(0, at) != to_string(static_cast<Scheme>(scheme))) continue;
    word.remove_prefix(at + 3);
    return true;
  }
  return false;
}

bool last_label_is_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return !last.empty() && std::all_of(last.begin(), last.end(), is_digit);
}

// What a name has no use for; a backslash begins an escape.
std::string strange_byte(std::string_view name) {
  const auto usual = [](char c) {
    return is_digit(c) || is_letter(c) || std::string_view("-_.*\\").find(c) != std::string::npos;
  };
  const auto strange = std::find_if_not(name.begin(), name.end(), usual);
  if (strange == name.end()) return {};
  if (static_cast<unsigned char>(*strange) >= 0x80)
    return "names beyond ASCII are written as xn--...";
  return fmt::format("'{}' in a name", *strange);
}

std::string list_doubt(std::string_view word) {
  if (word.find(',') == std::string_view::npos) return {};
  return "a comma belongs to the name here (expected spaces between them)";
}

}  // namespace

std::string zone_doubt(std::string_view word) {
  if (const std::string doubt = list_doubt(word); !doubt.empty()) return doubt;
  if (word.find_first_of("{}") != std::string_view::npos)
    return "a brace belongs to the name here (expected '{' as the last word of its line, with a "
           "space before it)";
  if (is_time(word)) return "a number or a time";
  if (!cut_scheme(word)) return "'://' behind what is no scheme";
  if (parse_address(word) || parse_address(without_port(word)))
    return "an address (a network has a prefix, such as 10.0.0.0/24; 'bind' chooses addresses)";
  word = without_port(word);
  if (word.find('/') != std::string_view::npos)
    return reverse_zones(word) ? "" : "no network (expected ADDRESS/PREFIX)";
  if (last_label_is_number(word)) return "its last label is a number, as in an address";
  return strange_byte(word);
}

std::string host_doubt(std::string_view word) {
  if (const std::string doubt = list_doubt(word); !doubt.empty()) return doubt;
  word = without_port(word);
  if (last_label_is_number(word)) return "no address, although its last label is a number";
  return strange_byte(word);
}

}  // namespace catena::config
