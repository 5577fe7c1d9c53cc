// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/plugin/engine.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace catena {

/// For lines that clients cause: whoever asks fast enough must not fill the log, nor push out of it
/// what else happens. In each second of the clock kPerSecond lines are written as they come. What
/// is beyond is counted (`catena_log_lines_left_out_total`), and told once a second in one line:
/// how many were left out, and the first of them. Any worker.
class LineLimit : public std::enable_shared_from_this<LineLimit> {
 public:
  static constexpr std::uint32_t kPerSecond = 100;

  /// `left_out` and `clock` outlive it, and so does the sink of `log`.
  LineLimit(Log log, metrics::Counter& left_out, const Clock& clock)
      : log_(std::move(log)), left_out_(left_out), clock_(&clock) {}

  /// Writes the line that `make` returns, or counts it. `make` is called only where somebody is
  /// going to read it. `engine` is that of the query.
  template <class Make>
  void write(LogLevel level, Engine& engine, const Make& make) {
    if (admit()) return log_.write(level, make());
    left_out_.add(engine.lane());
    if (waiting_.fetch_add(1, std::memory_order_acq_rel) == 0) keep(level, make(), engine);
  }

  /// Tells what was left out until now: the second's end, or that of the configuration.
  void tell();

 private:
  bool admit();
  void keep(LogLevel level, std::string line, Engine& engine);

  Log log_;
  metrics::Counter& left_out_;
  const Clock* clock_;
  std::atomic<std::uint64_t> written_{0};  // The second in the upper half, its lines in the lower.
  std::atomic<std::uint64_t> waiting_{0};  // Left out, not yet told.
  std::mutex mutex_;                       // Taken twice a second.
  LogLevel level_ = LogLevel::error;
  std::string first_;
};

}  // namespace catena
