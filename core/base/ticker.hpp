// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace catena {

/// Calls a function again and again from a thread of its own, for work that no worker should wait
/// for: looking at files mostly.
class Ticker {
 public:
  /// `period` is the time from the end of a call to the next one; the first call comes after it.
  /// `tick` does not throw.
  Ticker(Duration period, std::function<void()> tick);

  /// Waits for a call that is under way.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run();

  Duration period_;
  std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace catena
