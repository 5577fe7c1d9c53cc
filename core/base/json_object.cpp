// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_object.hpp"

#include "core/base/utf8.hpp"

#include <cstddef>

namespace catena {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
         c != '"' && c != '\\';
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
    const std::size_t size = utf8_character_size(text);
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
