// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace catena::dns {

/// A piece of zone-file text. `text` lies in the text itself, escapes and all, quotes of a quoted
/// string left out.
struct Token {
  enum class Kind : std::uint8_t {
    indent,  ///< Blanks at the start of a line that holds more.
    word,    ///< May hold a quoted part behind an equals sign: alpn="h2,h3".
    quoted,
    end_of_line,
    end_of_text,
    unbalanced,  ///< A quote or a parenthesis without its partner. Nothing follows.
  };
  Kind kind = Kind::end_of_text;
  std::string_view text;

  bool is_text() const { return kind == Kind::word || kind == Kind::quoted; }
  /// Nothing more belongs to this record.
  bool is_end() const { return kind == Kind::end_of_line || kind == Kind::end_of_text; }
};

/// Cuts zone-file text (RFC 1035 section 5.1) into tokens: comments go, parentheses join lines. The
/// text belongs to somebody else. One thread.
class Tokens {
 public:
  explicit Tokens(std::string_view text, std::size_t first_line = 1)
      : text_(text), line_(first_line), token_line_(first_line) {
    advance();
  }

  const Token& peek() const { return token_; }

  Token take() {
    const Token token = token_;
    advance();
    return token;
  }

  /// The line on which peek() starts.
  std::size_t line() const { return token_line_; }

  /// From peek() to the end of the line as it is written. peek() is then that end.
  std::string_view take_raw_line();

 private:
  void advance();
  Token read();
  Token read_line_end();
  Token read_quoted();
  Token read_word();
  void skip_blanks();
  bool skip_quoted_part();
  bool escapes_next() const;
  Token unbalanced(std::size_t start);
  bool at_end() const { return place_ >= text_.size(); }

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t line_;
  std::size_t token_line_;
  std::size_t token_start_ = 0;
  std::size_t depth_ = 0;  // Open parentheses.
  bool line_start_ = true;
  Token token_;
};

}  // namespace catena::dns
