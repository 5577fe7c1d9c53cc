// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_set>

namespace catena::kubernetes::api {

/// Fit for a log: what comes from outside must not look like a line of its own.
inline std::string one_line(std::string text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::ranges::replace_if(text, control, '?');
  return text;
}

/// What has been said, so that each complaint about an object is said once. A cluster full of them
/// is only counted from some point on.
class Said {
 public:
  static constexpr std::size_t kLimit = 1000;

  /// True where this is to be said.
  bool first(std::string text) {
    return said_.size() < kLimit && said_.insert(std::move(text)).second;
  }

 private:
  std::unordered_set<std::string> said_;
};

}  // namespace catena::kubernetes::api
