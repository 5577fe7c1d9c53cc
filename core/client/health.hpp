// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace catena::client {

/// What is known about a server's health. All workers, and configurations that follow each other,
/// share one: any thread.
class Health {
 public:
  /// Failed probes since the last good one.
  std::uint32_t fails() const { return fails_.load(std::memory_order_relaxed); }

  /// More than `max_fails` probes failed in a row; never with 0.
  bool down(std::uint32_t max_fails) const { return max_fails != 0 && fails() > max_fails; }

  void failed() { fails_.fetch_add(1, std::memory_order_relaxed); }
  void recovered() { fails_.store(0, std::memory_order_relaxed); }

  /// True for one caller until it calls release(): only that one probes.
  bool claim() { return !probed_.exchange(true, std::memory_order_acq_rel); }
  void release() { probed_.store(false, std::memory_order_release); }

 private:
  std::atomic<std::uint32_t> fails_{0};
  std::atomic<bool> probed_{false};
};

/// How long a connection may take: from how long it took before (weight 1/4), twice the mean,
/// between 1 and 30 seconds. Any thread; a lost update does no harm.
class DialTimeout {
 public:
  std::int64_t nanoseconds() const;
  void observe(std::int64_t nanoseconds);

 private:
  static constexpr std::int64_t kLeast = 1'000'000'000;
  static constexpr std::int64_t kMost = 30 * kLeast;
  std::atomic<std::int64_t> mean_{kMost / 2};
};

}  // namespace catena::client
