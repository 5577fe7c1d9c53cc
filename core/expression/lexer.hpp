// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/characters.hpp"
#include "core/expression/token.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace catena::expression {

/// Splits an expression into tokens, one at a time, as expr-lang does. Blanks and comments
/// (`// ...`, `/* ... */`) go.
class Lexer {
 public:
  /// The source outlives it.
  explicit Lexer(std::string_view source) : source_(source) {}

  /// The next token; behind the last one an end, whenever asked. Throws Problem.
  Token next();

 private:
  void read();
  void skip_blanks();
  void skip_comment();
  void read_symbol();
  void read_number();
  void read_word();
  void read_negation();
  void read_pointer();
  void read_string(char quote);
  void read_raw_string();
  void check_escape(char quote);
  void check_digits(unsigned base, std::size_t count);
  void check_braced_digits();

  Character peek() const { return first_character(source_.substr(at_)); }
  bool at_end() const { return at_ == source_.size(); }
  bool accept(std::string_view characters);
  void accept_run(std::string_view characters);
  void accept_word();
  std::string_view word() const { return source_.substr(from_, at_ - from_); }
  void emit(TokenKind kind) { emit(kind, std::string(word())); }
  void emit(TokenKind kind, std::string text);
  [[noreturn]] void fail(const std::string& message) const;
  std::size_t last_character() const;

  std::string_view source_;
  std::size_t from_ = 0;  // Of the token that is being read.
  std::size_t at_ = 0;
  std::deque<Token> ready_;
};

}  // namespace catena::expression
