// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_object.hpp"

#include <cstddef>
#include <cstdint>

namespace catena {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
         c != '"' && c != '\\';
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
}

// The second byte decides about overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629
// section 4).
bool second_fits(std::uint8_t first, std::uint8_t second) {
  if (first == 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (first == 0xed) return second >= 0x80 && second <= 0x9f;
  if (first == 0xf0) return second >= 0x90 && second <= 0xbf;
  if (first == 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

// Bytes of the UTF-8 character at the start, 0 if there is none.
std::size_t character_size(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !second_fits(first, byte_at(text, 1))) return 0;
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t i = 2; i < size; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

void append_escape(char c, JsonBuffer& out) {
  constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  const std::size_t found = kSpecial.find(c);
  if (found == std::string_view::npos) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  } else {
    out.push_back('\\');
    out.push_back(kLetters[found]);
  }
}

}  // namespace

void append_json(std::string_view text, JsonBuffer& out) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t done = 0;
    while (done < text.size() && is_plain(text[done])) ++done;
    out.append(text.substr(0, done));
    text.remove_prefix(done);
    if (text.empty()) break;
    const std::size_t size = character_size(text);
    if (size == 1) {
      append_escape(text[0], out);
    } else {
      out.append(size == 0 ? kReplacement : text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out.push_back('"');
}

}  // namespace catena
