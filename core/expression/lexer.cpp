// SPDX-License-Identifier: Apache-2.0
#include "core/expression/lexer.hpp"

#include "core/expression/escapes.hpp"
#include "core/expression/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace catena::expression {
namespace {

constexpr std::string_view kDigits = "0123456789";
// Operators of letters; `not` has a rule of its own.
constexpr std::array<std::string_view, 10> kWords{
    "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"};
// What `not` may stand before as one operator.
constexpr std::array<std::string_view, 5> kNegated{"in", "matches", "contains", "startsWith",
                                                   "endsWith"};

}  // namespace

Token Lexer::next() {
  while (ready_.empty()) read();
  Token token = std::move(ready_.front());
  ready_.pop_front();
  return token;
}

void Lexer::read() {
  skip_blanks();
  if (at_end()) return ready_.push_back({TokenKind::end, "", last_character()});
  const char c = source_[at_];
  if (c == '\'' || c == '"') return read_string(c);
  if (c == '`') return read_raw_string();
  const bool quote_follows =
      at_ + 1 < source_.size() && (source_[at_ + 1] == '\'' || source_[at_ + 1] == '"');
  if ((c == 'b' || c == 'B') && quote_follows) {
    throw Problem{at_, "literals of bytes are not supported"};
  }
  const bool fraction = c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1]);
  if (is_digit(c) || fraction) return read_number();
  if (is_word_character(peek().code)) return read_word();
  read_symbol();
}

void Lexer::skip_blanks() {
  while (!at_end()) {
    if (source_.substr(at_).starts_with("//") || source_.substr(at_).starts_with("/*")) {
      skip_comment();
    } else if (is_space(peek().code)) {
      at_ += peek().size;
    } else {
      break;
    }
  }
  from_ = at_;
}

void Lexer::skip_comment() {
  const bool of_line = source_[at_ + 1] == '/';
  const std::string_view end = of_line ? "\n" : "*/";
  const std::size_t found = source_.find(end, at_ + 2);
  if (found != std::string_view::npos) {
    at_ = found + end.size();
  } else if (of_line) {
    at_ = source_.size();
  } else {
    throw Problem{source_.size(), "unclosed comment"};
  }
}

void Lexer::read_symbol() {
  const Character c = peek();
  at_ += c.size;
  if (c.size == 1) {
    const char letter = source_[from_];
    if (std::string_view("([{)]}").find(letter) != std::string_view::npos)
      return emit(TokenKind::bracket);
    if (letter == '#') return read_pointer();
    // The characters that may follow to make one symbol of two.
    if (std::string_view("&!=*<>").find(letter) != std::string_view::npos)
      accept("&=*");
    else if (letter == '?')
      accept(".?");
    else if (letter == '|' || letter == ':' || letter == '.')
      accept(std::string_view(&letter, 1));
    else if (std::string_view(",;%+-^/").find(letter) == std::string_view::npos) {
      fail(fmt::format("unrecognized character: U+{:04X} '{}'", static_cast<unsigned>(c.code),
                       letter));
    }
    return emit(TokenKind::symbol);
  }
  fail(fmt::format("unrecognized character: U+{:04X} '{}'", static_cast<unsigned>(c.code), word()));
}

void Lexer::read_number() {
  std::string_view digits = "0123456789_";
  if (accept("0")) {
    if (accept("xX"))
      digits = "0123456789abcdefABCDEF_";
    else if (accept("oO"))
      digits = "01234567_";
    else if (accept("bB"))
      digits = "01_";
  }
  accept_run(digits);
  // Two dots are a range.
  if (source_.substr(at_).starts_with("..")) return emit(TokenKind::number);
  if (accept(".")) accept_run(digits);
  if (accept("eE")) {
    accept("+-");
    accept_run(digits);
  }
  if (is_word_character(peek().code)) {
    at_ += peek().size;
    fail(fmt::format("bad number syntax: {}", quoted(word())));
  }
  emit(TokenKind::number);
}

void Lexer::read_word() {
  accept_word();
  if (word() == "not") return read_negation();
  const bool known = std::ranges::find(kWords, word()) != kWords.end();
  emit(known ? TokenKind::symbol : TokenKind::identifier);
}

// `not in` is two tokens, though what follows `not` otherwise may begin with these letters.
void Lexer::read_negation() {
  emit(TokenKind::symbol);
  accept_run(" ");
  from_ = at_;
  accept_word();
  if (std::ranges::find(kNegated, word()) != kNegated.end()) return emit(TokenKind::symbol);
  at_ = from_;
}

// `#`, or `#name` as two tokens.
void Lexer::read_pointer() {
  accept("#");
  emit(TokenKind::symbol);
  accept_word();
  if (!word().empty()) emit(TokenKind::identifier);
}

void Lexer::read_string(char quote) {
  ++at_;
  const std::size_t start = at_;
  while (true) {
    if (at_end()) throw Problem{at_, "literal not terminated"};
    const Character c = peek();
    at_ += c.size;
    if (c.code == static_cast<char32_t>(quote)) break;
    if (c.code == '\n') fail("literal not terminated");
    if (c.code == '\\') check_escape(quote);
  }
  const auto text = unescape(source_.substr(start, at_ - 1 - start));
  if (!text) fail("unable to unescape string");
  emit(TokenKind::string, *text);
}

// A backtick in it is written twice.
void Lexer::read_raw_string() {
  std::string text;
  ++at_;
  while (true) {
    const std::size_t quote = source_.find('`', at_);
    if (quote == std::string_view::npos) {
      at_ = source_.size();
      throw Problem{at_, "literal not terminated"};
    }
    text += source_.substr(at_, quote - at_);
    at_ = quote + 1;
    if (!accept("`")) return emit(TokenKind::string, std::move(text));
    text += '`';
  }
}

void Lexer::check_escape(char quote) {
  constexpr std::string_view kSimple = "abfnrtv\\";
  if (at_end()) throw Problem{at_, "invalid char escape"};
  const char letter = source_[at_];
  if (letter >= '0' && letter <= '7') return check_digits(8, 3);
  at_ += peek().size;
  if (letter == quote || kSimple.find(letter) != std::string_view::npos) return;
  if (letter == 'x') return check_digits(16, 2);
  if (letter == 'u' && source_.substr(at_).starts_with('{')) return check_braced_digits();
  if (letter == 'u') return check_digits(16, 4);
  if (letter == 'U') return check_digits(16, 8);
  fail("invalid char escape");
}

void Lexer::check_digits(unsigned base, std::size_t count) {
  for (; count > 0; --count) {
    if (at_end()) throw Problem{at_, "invalid char escape"};
    const bool good = digit_value(source_[at_]) < base;
    at_ += peek().size;
    if (!good) fail("invalid char escape");
  }
}

void Lexer::check_braced_digits() {
  ++at_;
  std::size_t digits = 0;
  while (!at_end() && digit_value(source_[at_]) < 16 && digits < 6) {
    ++at_;
    ++digits;
  }
  if (digits == 0 || !accept("}")) fail("invalid char escape");
}

bool Lexer::accept(std::string_view characters) {
  if (at_end() || characters.find(source_[at_]) == std::string_view::npos) return false;
  ++at_;
  return true;
}

void Lexer::accept_run(std::string_view characters) {
  while (accept(characters)) {
  }
}

void Lexer::accept_word() {
  while (is_word_character(peek().code)) at_ += peek().size;
}

void Lexer::emit(TokenKind kind, std::string text) {
  ready_.push_back({kind, std::move(text), from_});
  from_ = at_;
}

void Lexer::fail(const std::string& message) const { throw Problem{last_character(), message}; }

// Where the character before this place begins.
std::size_t Lexer::last_character() const {
  std::size_t at = at_;
  while (at > 0) {
    --at;
    if ((static_cast<unsigned char>(source_[at]) & 0xC0u) != 0x80u) break;
  }
  return at;
}

}  // namespace catena::expression
