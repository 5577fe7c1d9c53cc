// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/selector.hpp"

#include <fmt/format.h>

#include <cctype>

namespace catena::kubernetes {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
         c == '/';
}

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// What may stand in front of a slash: a DNS name in small letters.
bool is_prefix(std::string_view text) {
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label) {
      if (c != '-' && (!is_letter_or_digit(c) || std::isupper(static_cast<unsigned char>(c)))) {
        return false;
      }
    }
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

/// A label's name without prefix, and a value that is not empty.
bool is_plain(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  return !text.empty() && text.size() <= kLongest && is_letter_or_digit(text.front()) &&
         is_letter_or_digit(text.back()) && text.find('/') == std::string_view::npos;
}

bool is_key(std::string_view text) {
  constexpr std::size_t kLongestPrefix = 253;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_plain(text);
  return slash <= kLongestPrefix && is_prefix(text.substr(0, slash)) &&
         is_plain(text.substr(slash + 1));
}

/// Reads a selector from left to right; the first thing that does not fit is kept as the error.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool requirements() {
    do {
      if (!requirement()) return false;
    } while (take(","));
    skip_space();
    return at_ == text_.size() || fail("',' or the end");
  }

  const std::string& error() const { return error_; }

 private:
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  std::string_view word() {
    skip_space();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool fail(std::string_view expected) {
    const std::string_view rest = text_.substr(std::min(at_, text_.size()));
    error_ = fmt::format("found '{}', expected: {}", rest.empty() ? "the end" : rest, expected);
    return false;
  }

  bool requirement() {
    const bool negated = take("!");
    skip_space();
    const std::size_t start = at_;
    if (!is_key(word())) return at_ = start, fail("a label's name");
    if (negated) return true;
    if (take("==") || take("!=") || take("=")) return value();
    const std::size_t before = at_;
    const std::string_view operation = word();
    if (operation == "in" || operation == "notin") return values();
    at_ = before;
    return true;
  }

  bool value() {
    skip_space();
    const std::size_t start = at_;
    const std::string_view text = word();
    return text.empty() || is_plain(text) || (at_ = start, fail("a label's value"));
  }

  bool values() {
    if (!take("(")) return fail("'('");
    do {
      skip_space();
      const std::size_t start = at_;
      if (!is_plain(word())) return at_ = start, fail("a value");
    } while (take(","));
    return take(")") || fail("',' or ')'");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

Result<std::string> check_selector(std::string_view text) {
  Reader reader(text);
  if (!reader.requirements()) return Error{reader.error()};
  return Result<std::string>(boost::system::in_place_value, text);
}

}  // namespace catena::kubernetes
