// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ascii.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace catena::expression {

/// One character of a text in UTF-8; a byte that begins none is a character of its own.
struct Character {
  char32_t code = 0;
  std::size_t size = 0;  ///< Bytes; 0 at the end of the text.
};

inline Character first_character(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = utf8_character_size(text);
  if (size == 0) return {0xFFFD, 1};
  if (size == 1) return {lead, 1};
  char32_t code = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    code = code << 6u | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  return {code, size};
}

/// Unicode's White_Space.
inline bool is_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

/// Beyond ASCII: whatever is no punctuation, symbol or space of the blocks that people copy from
/// web pages counts as a letter.
inline bool is_letter_beyond_ascii(char32_t c) {
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  const bool symbol = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c < 0x2C00) ||
                      (c >= 0x3000 && c < 0x3040) || c >= 0xE000;
  return !symbol;
}

/// Letters, digits, `_` and `$`.
inline bool is_word_character(char32_t c) {
  return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || (c > 0x7F && is_letter_beyond_ascii(c));
}

/// Could be the name of something.
inline bool is_name(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return false;
  while (!text.empty()) {
    const Character next = first_character(text);
    if (!is_word_character(next.code)) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

/// Of a digit of base 16; 16 of anything else.
constexpr unsigned digit_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

}  // namespace catena::expression
