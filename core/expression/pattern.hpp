// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <re2/re2.h>
#include <string>
#include <string_view>

namespace catena::expression {

/// A regular expression as Go's regexp has them, whose engine RE2 is the ancestor of. Matching
/// takes a lock within: one object for each worker.
class Pattern {
 public:
  explicit Pattern(std::string_view source);

  /// "error parsing regexp: ..." in Go's words; "" where it can be used.
  const std::string& error() const { return error_; }

  /// Whether it matches somewhere in the text.
  bool matches(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression_);
  }

 private:
  RE2 expression_;
  std::string error_;
};

}  // namespace catena::expression
