// SPDX-License-Identifier: Apache-2.0
#include "core/expression/escapes.hpp"

#include "core/expression/characters.hpp"

namespace catena::expression {
namespace {

void append_utf8(std::string& out, char32_t code) {
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80u | ((code >> shift) & 0x3Fu));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0u | (code >> 6u));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0u | (code >> 12u));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0u | (code >> 18u));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Takes `count` digits off the text.
std::optional<char32_t> take_number(std::string_view& text, unsigned base, std::size_t count) {
  if (count == 0 || text.size() < count) return std::nullopt;
  char32_t code = 0;
  for (const char c : text.substr(0, count)) {
    if (digit_value(c) >= base) return std::nullopt;
    code = code * base + digit_value(c);
  }
  text.remove_prefix(count);
  if (code > 0x10FFFF) return std::nullopt;
  return code;
}

std::optional<char32_t> take_braced(std::string_view& text) {
  text.remove_prefix(1);
  const std::size_t digits = text.find('}');
  if (digits > 6) return std::nullopt;  // Or there is none.
  const auto code = take_number(text, 16, digits);
  if (code) text.remove_prefix(1);
  return code;
}

std::optional<char32_t> simple(char letter) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"`?";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\'\"`?";
  const std::size_t at = kLetters.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<char32_t>(kMeant[at]);
}

// Takes an escape, whose backslash has gone, off the text.
std::optional<char32_t> take_escape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const char letter = text.front();
  if (letter >= '0' && letter <= '3') return take_number(text, 8, 3);
  text.remove_prefix(1);
  switch (letter) {
    case 'x':
    case 'X':
      return take_number(text, 16, 2);
    case 'u':
      return !text.empty() && text.front() == '{' ? take_braced(text) : take_number(text, 16, 4);
    case 'U':
      return take_number(text, 16, 8);
    default:
      return simple(letter);
  }
}

}  // namespace

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\r') {
      if (!text.starts_with('\n')) out += '\n';
    } else if (c != '\\') {
      out += c;
    } else if (const auto code = take_escape(text)) {
      append_utf8(out, *code);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace catena::expression
