// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tokens.hpp"

#include <algorithm>

namespace catena::dns {
namespace {

constexpr std::string_view kEndsOfWord = " \t\r\n\";()";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

void Tokens::advance() { token_ = read(); }

Token Tokens::read() {
  const bool was_start = line_start_;
  const std::size_t before = place_;
  skip_blanks();
  token_line_ = line_;
  token_start_ = place_;
  if (at_end() || text_[place_] == '\n') return read_line_end();
  line_start_ = false;
  if (text_[place_] == ')') return unbalanced(place_);
  if (was_start && place_ > before) return {Token::Kind::indent, {}};
  return text_[place_] == '"' ? read_quoted() : read_word();
}

/// Also over parentheses, comments and, inside parentheses, line ends.
void Tokens::skip_blanks() {
  for (; !at_end(); ++place_) {
    const char c = text_[place_];
    if (c == ';') place_ = std::min(text_.find('\n', place_), text_.size());
    if (at_end()) return;
    if (text_[place_] == '\n') {
      if (depth_ == 0) return;
      ++line_;
    } else if (c == '(') {
      ++depth_;
    } else if (c == ')' && depth_ > 0) {
      --depth_;
    } else if (!is_blank(c)) {
      return;
    }
  }
}

Token Tokens::read_line_end() {
  if (at_end()) return {depth_ > 0 ? Token::Kind::unbalanced : Token::Kind::end_of_text, {}};
  ++place_;
  ++line_;
  line_start_ = true;
  return {Token::Kind::end_of_line, {}};
}

/// Over a quoted string that starts here. False if its line ends first.
bool Tokens::skip_quoted_part() {
  for (++place_; !at_end(); ++place_) {
    const char c = text_[place_];
    if (c == '\n') return false;
    if (c == '"') {
      ++place_;
      return true;
    }
    if (escapes_next()) ++place_;
  }
  return false;
}

/// A backslash protects what follows, but never a line end.
bool Tokens::escapes_next() const {
  return text_[place_] == '\\' && place_ + 1 < text_.size() && text_[place_ + 1] != '\n';
}

Token Tokens::unbalanced(std::size_t start) {
  place_ = text_.size();
  return {Token::Kind::unbalanced, text_.substr(start, 1)};
}

Token Tokens::read_quoted() {
  const std::size_t start = place_;
  if (!skip_quoted_part()) return unbalanced(start);
  return {Token::Kind::quoted, text_.substr(start + 1, place_ - start - 2)};
}

Token Tokens::read_word() {
  const std::size_t start = place_;
  while (!at_end()) {
    const char c = text_[place_];
    if (c == '"' && place_ > start && text_[place_ - 1] == '=') {
      if (skip_quoted_part()) continue;
      return unbalanced(start);
    }
    if (kEndsOfWord.find(c) != std::string_view::npos) break;
    place_ += escapes_next() ? 2 : 1;
  }
  place_ = std::min(place_, text_.size());
  return {Token::Kind::word, text_.substr(start, place_ - start)};
}

std::string_view Tokens::take_raw_line() {
  if (!token_.is_text()) return {};
  const std::size_t start = token_start_;
  place_ = std::min(text_.find('\n', start), text_.size());
  const std::string_view line = text_.substr(start, place_ - start);
  advance();
  return line;
}

}  // namespace catena::dns
