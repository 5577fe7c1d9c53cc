// SPDX-License-Identifier: Apache-2.0
#include "core/dns/encodings.hpp"

#include "core/base/ascii.hpp"

#include <optional>

namespace catena::dns {
namespace {

using Out = std::vector<std::uint8_t>;

/// The three digits behind a backslash.
std::optional<std::uint8_t> decimal_byte(std::string_view text) {
  if (text.size() < 3 || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2])) {
    return std::nullopt;
  }
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

void append_decimal_escape(std::string& out, std::uint8_t byte) {
  out += '\\';
  out += static_cast<char>('0' + byte / 100);
  out += static_cast<char>('0' + byte / 10 % 10);
  out += static_cast<char>('0' + byte % 10);
}

}  // namespace

void append_quoted(std::string& out, std::span<const std::uint8_t> bytes) {
  out += '"';
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x20 || byte > 0x7e) {
      append_decimal_escape(out, byte);
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    out += static_cast<char>(byte);
  }
  out += '"';
}

bool append_unescaped(Out& out, std::string_view text) {
  const std::size_t before = out.size();
  while (!text.empty()) {
    std::optional<std::uint8_t> byte = static_cast<std::uint8_t>(text[0]);
    std::size_t used = 1;
    if (text[0] == '\\') {
      const bool decimal = text.size() > 1 && is_digit(text[1]);
      used = decimal ? 4 : 2;
      if (decimal) byte = decimal_byte(text.substr(1));
      if (!byte || text.size() < used) {
        out.resize(before);
        return false;
      }
      if (!decimal) byte = static_cast<std::uint8_t>(text[1]);
    }
    out.push_back(*byte);
    text.remove_prefix(used);
  }
  return true;
}

}  // namespace catena::dns
