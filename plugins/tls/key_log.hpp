// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/net/descriptor.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace catena::tls {

/// The secrets of connections, a line each, for people who look at what is on the wire: at the end
/// of a file that only its owner may read. Debug builds only. Any thread.
class KeyLog {
 public:
#ifdef NDEBUG
  static constexpr bool kInThisBuild = false;
#else
  static constexpr bool kInThisBuild = true;
#endif

  static Result<std::shared_ptr<KeyLog>> open(const std::string& path);

  explicit KeyLog(net::Descriptor file) : file_(std::move(file)) {}

  /// Best effort.
  void write(std::string_view line) const;

 private:
  net::Descriptor file_;
};

}  // namespace catena::tls
