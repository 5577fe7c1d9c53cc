// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/position.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// A word of a Corefile before environment variables are put in. Whether it was quoted is not
/// remembered, as in CoreDNS: `"{"` is a brace.
struct Token {
  std::string text;
  Position position;         ///< Of its first line.
  unsigned line_breaks = 0;  ///< Within quotes.

  unsigned last_line() const { return position.line + line_breaks; }
};

using Tokens = std::vector<Token>;

/// Most words of one file, and of one Corefile after all imports.
inline constexpr std::size_t kMostWords = 1'000'000;

/// Cuts text into words by CoreDNS's rules: Unicode white space separates, a carriage return
/// outside quotes vanishes, `"` at a word's start quotes and `\"` is the only escape, `#` outside
/// quotes hides the rest of the line or, glued to a word, the rest of that word. Invalid UTF-8
/// becomes U+FFFD and a leading byte order mark is dropped. Words beyond kMostWords + 1 are not
/// read.
Tokens lex(std::string_view text, const std::shared_ptr<const std::string>& file);

}  // namespace catena::config
