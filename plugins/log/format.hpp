// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace catena::log {

/// What became of a query, besides what the query itself says.
struct Logged {
  Query& query;
  Outcome outcome;
  Duration duration;
};

/// One part of a format: text as it is, or a placeholder that writes its value. Without allocation
/// as long as the line is of ordinary length.
class Segment {
 public:
  using Print = void (*)(const Logged& logged, std::string_view argument, fmt::memory_buffer& out);
  Segment(Print printer, std::string argument) : print_(printer), argument_(std::move(argument)) {}
  void print(const Logged& logged, fmt::memory_buffer& out) const {
    print_(logged, argument_, out);
  }

 private:
  Print print_;
  std::string argument_;
};

/// A format of the query log, taken apart once. Unknown placeholders are text.
class Format {
 public:
  explicit Format(std::string_view text);
  void print(const Logged& logged, fmt::memory_buffer& out) const;

  /// Whether it has a value that *log* itself knows: `{/log/type}`, `{/log/class}`.
  bool shows_kind() const { return shows_kind_; }

 private:
  void add_text(std::string_view text);

  std::vector<Segment> segments_;
  bool shows_kind_ = false;
};

/// "{common}" in full.
extern const std::string_view kCommon;
/// "{combined}" in full.
extern const std::string_view kCombined;

}  // namespace catena::log
