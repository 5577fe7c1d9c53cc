// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <re2/re2.h>
#include <string>
#include <string_view>

namespace catena::errors {

enum class First : bool { hidden, shown };

struct PatternConfig {
  std::chrono::nanoseconds window{};
  std::string expression;
  LogLevel level = LogLevel::error;
  First first = First::hidden;
};

/// Errors that fit one expression, counted over a window of time and told in one line at its end.
/// The first hit opens the window. Any worker; the counter is atomic.
class Pattern : public std::enable_shared_from_this<Pattern> {
 public:
  Pattern(PatternConfig config, Log log);

  bool matches(std::string_view text) const;

  /// Counts an error. True where its line is to be written now, at level(). `executor` runs the
  /// window's timer if this opened one.
  bool count(const boost::asio::any_io_executor& executor);

  LogLevel level() const { return config_.level; }

  /// Tells what has been counted so far; from now on every error is written by itself.
  void flush();

  /// The window's end.
  void report();

  std::chrono::nanoseconds window() const { return config_.window; }

 private:
  PatternConfig config_;
  RE2 expression_;
  Log log_;
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stopped_{false};
};

}  // namespace catena::errors
