// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/expression/pattern.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace catena::errors {

enum class First : bool { hidden, shown };

/// What one `consolidate` says.
struct Consolidation {
  std::chrono::nanoseconds window{};
  std::string expression;
  LogLevel level = LogLevel::error;
  First first = First::hidden;
};

/// Errors that fit one expression, counted over a window of time and told in one line at its end.
/// The first hit opens the window. Any worker: the counter is atomic, and the lock within the
/// pattern is none of a query that is answered.
class Consolidator : public std::enable_shared_from_this<Consolidator> {
 public:
  Consolidator(Consolidation config, Log log);

  bool matches(std::string_view text) const { return pattern_.matches(text); }

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
  Consolidation config_;
  expression::Pattern pattern_;
  Log log_;
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stopped_{false};
};

}  // namespace catena::errors
