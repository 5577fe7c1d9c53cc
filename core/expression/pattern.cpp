// SPDX-License-Identifier: Apache-2.0
#include "core/expression/pattern.hpp"

#include <fmt/format.h>

namespace catena::expression {
namespace {

// Go takes `(?<name>` as well; RE2 takes \C, a byte, which Go does not.
std::string for_re2(std::string_view source) {
  std::string out;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::string_view rest = source.substr(i);
    out += source[i];
    if (rest.front() == '\\' && rest.size() > 1) {
      out += source[++i];
    } else if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

bool has_byte_escape(std::string_view source) {
  for (std::size_t i = 0; i + 1 < source.size(); ++i) {
    if (source[i] != '\\') continue;
    if (source[++i] == 'C') return true;
  }
  return false;
}

std::string_view in_words_of_go(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    default:
      return "expression too large";
  }
}

}  // namespace

Pattern::Pattern(std::string_view source) : expression_(for_re2(source), RE2::Quiet) {
  if (has_byte_escape(source)) {
    error_ = "error parsing regexp: invalid escape sequence: `\\C`";
  } else if (!expression_.ok()) {
    std::string culprit = expression_.error_arg();
    if (culprit.starts_with("(?P<") && source.find("(?P<") == std::string_view::npos) {
      culprit.erase(2, 1);
    }
    error_ = fmt::format("error parsing regexp: {}: `{}`", in_words_of_go(expression_.error_code()),
                         culprit);
  }
}

}  // namespace catena::expression
