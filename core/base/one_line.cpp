// SPDX-License-Identifier: Apache-2.0
#include "core/base/one_line.hpp"

#include "core/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace catena {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::uint8_t octet(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

bool is_printable(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x7f;
}

// Of two or three bytes; longer ones are not asked for.
std::uint32_t code_point(std::string_view character) {
  const std::uint32_t last = octet(character, character.size() - 1) & 0x3fU;
  if (character.size() == 2) return (octet(character, 0) & 0x1fU) << 6U | last;
  return (octet(character, 0) & 0x0fU) << 12U | (octet(character, 1) & 0x3fU) << 6U | last;
}

// C1 controls, line and paragraph separators, and what changes the direction of writing.
bool moves_cursor(std::string_view character) {
  if (character.size() < 2 || character.size() > 3) return false;
  const std::uint32_t point = code_point(character);
  return (point >= 0x80 && point <= 0x9f) || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
         point == 0xfeff;
}

void append_escape(std::string_view character, std::string& out) {
  constexpr std::string_view kSpecial = "\n\r\t";
  constexpr std::string_view kLetters = "nrt";
  const std::size_t found = kSpecial.find(character[0]);
  if (found != std::string_view::npos) {
    out.append({'\\', kLetters[found]});
  } else if (character.size() == 1) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", octet(character, 0));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point(character));
  }
}

// The character at the start, or the byte that is none; true where it may stand as it is.
bool next(std::string_view text, std::string_view& character) {
  const std::size_t size = utf8_character_size(text);
  character = text.substr(0, std::max<std::size_t>(size, 1));
  if (size <= 1) return size == 1 && is_printable(character[0]);
  return !moves_cursor(character);
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  const std::size_t whole = text.size();
  std::string line;
  std::string_view character;
  while (!text.empty()) {
    const bool plain = next(text, character);
    if (whole - text.size() + character.size() > limit) break;
    plain ? static_cast<void>(line.append(character)) : append_escape(character, line);
    text.remove_prefix(character.size());
  }
  if (!text.empty()) fmt::format_to(std::back_inserter(line), "... ({} bytes)", whole);
  return line;
}

bool is_one_line(std::string_view text) {
  std::string_view character;
  while (!text.empty()) {
    while (!text.empty() && is_printable(text.front())) text.remove_prefix(1);
    if (text.empty()) break;
    if (!next(text, character)) return false;
    text.remove_prefix(character.size());
  }
  return true;
}

}  // namespace catena
