// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/client/call.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace catena::client {

/// The calls of one worker in the order of their deadlines, with one timer for all. Nearly all wait
/// equally long, so a new one belongs to the end. A deadline that is not needed any more costs no
/// timer operation. One thread.
class Deadlines {
 public:
  Deadlines(asio::any_io_executor executor, const Clock& clock)
      : clock_(&clock), timer_(std::move(executor)) {}

  /// Calls the call's carrier at that time.
  void add(Call& call, TimePoint deadline);
  void remove(Call& call);

  bool empty() const { return first_ == nullptr; }

 private:
  void arm();
  void fire();

  const Clock* clock_;
  asio::steady_timer timer_;
  TimePoint armed_for_ = TimePoint::max();
  Call* first_ = nullptr;
  Call* last_ = nullptr;
  std::shared_ptr<Deadlines> alive_{this, [](Deadlines*) {}};  // For the timer's weak pointer.
};

}  // namespace catena::client
