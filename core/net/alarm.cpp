// SPDX-License-Identifier: Apache-2.0
#include "core/net/alarm.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace catena::net {

struct Alarm::State : std::enable_shared_from_this<State> {
  State(const boost::asio::any_io_executor& executor, const Clock& of, Deadlines& queue)
      : timer(executor), clock(&of), deadlines(&queue) {}

  void arm() {
    const TimePoint next = deadlines->next();
    if (next >= armed_for) return;
    armed_for = next;
    timer.expires_after(std::max(Duration::zero(), next - std::min(next, clock->now())));
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (self && !error) self->fire();
    });
  }

  void fire() {
    if (deadlines == nullptr) return;
    armed_for = TimePoint::max();
    deadlines->run_due(clock->now());
    if (deadlines != nullptr) arm();
  }

  boost::asio::steady_timer timer;
  const Clock* clock;
  Deadlines* deadlines;  // Null when the alarm has ended.
  TimePoint armed_for = TimePoint::max();
};

Alarm::Alarm(boost::asio::any_io_executor executor, const Clock& clock, Deadlines& deadlines)
    : state_(std::make_shared<State>(executor, clock, deadlines)) {
  deadlines.on_sooner([state = state_.get()] { state->arm(); });
  state_->arm();
}

Alarm::~Alarm() {
  state_->deadlines->on_sooner({});
  state_->deadlines = nullptr;
  state_->timer.cancel();
}

}  // namespace catena::net
