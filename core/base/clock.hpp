// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace catena {

using Duration = std::chrono::nanoseconds;

/// Monotonic time: for lifetimes, deadlines and durations.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Calendar time: for SOA serials, RRSIG validity and certificates.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Where time comes from. Passed in, so that tests move it by hand. Any thread may read it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

/// Stands still until told to move. Starts at one hour, so that "an hour ago" exists. One thread.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wall() const override { return WallTime(now_.time_since_epoch() + kEpochOffset); }
  void advance(Duration by) { now_ += by; }

 private:
  /// 2026-01-01T00:00:00Z when now() is zero.
  static constexpr std::chrono::seconds kEpochOffset{1767225600};
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace catena
