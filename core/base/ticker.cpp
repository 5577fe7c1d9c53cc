// SPDX-License-Identifier: Apache-2.0
#include "core/base/ticker.hpp"

#include <algorithm>

namespace catena {
namespace {

// Added to the present time it must not overflow.
constexpr Duration kLongest = std::chrono::hours(24 * 365);

}  // namespace

Ticker::Ticker(Duration period, std::function<void()> tick)
    : period_(std::min(period, kLongest)), tick_(std::move(tick)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, period_, [this] { return stopping_; })) {
    lock.unlock();
    tick_();
    lock.lock();
  }
}

}  // namespace catena
