// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace catena::expression {

enum class TokenKind : std::uint8_t { identifier, number, string, symbol, bracket, end };

/// A word of an expression. A symbol is an operator, also one of letters, or a separator.
struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;      ///< Of a string its value.
  std::size_t from = 0;  ///< Byte of the source.

  bool is(TokenKind other, std::string_view word) const { return kind == other && text == word; }
  bool is_symbol(std::string_view word) const { return is(TokenKind::symbol, word); }
  bool is_bracket(std::string_view word) const { return is(TokenKind::bracket, word); }
};

/// `Identifier("name")`, as expr-lang's complaints name a token.
std::string describe(const Token& token);

/// In double quotes, with escapes for what is no plain ASCII, as Go quotes.
std::string quoted(std::string_view text);

}  // namespace catena::expression
