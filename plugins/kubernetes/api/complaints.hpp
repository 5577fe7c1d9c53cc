// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

namespace catena::kubernetes::api {

/// What has been said, so that each complaint about an object is said once. A cluster full of them
/// is only counted from some point on.
class Complaints {
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
