// SPDX-License-Identifier: Apache-2.0
#include "core/http/time_limit.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace catena::http {

struct TimeLimit::State {
  boost::asio::steady_timer timer;
  std::function<void()> expire;
  std::uint64_t round = 0;  ///< A timer's handler may be queued already when the time is cleared.
  bool expired = false;
};

TimeLimit::TimeLimit(const boost::asio::any_io_executor& executor, std::function<void()> expire)
    : state_(new State{boost::asio::steady_timer(executor), std::move(expire)}) {}

TimeLimit::~TimeLimit() { clear(); }

void TimeLimit::set(Duration from_now) {
  state_->expired = false;
  const std::uint64_t round = ++state_->round;
  state_->timer.expires_after(from_now);
  state_->timer.async_wait([state = state_, round](const boost::system::error_code& error) {
    if (error || state->round != round) return;
    state->expired = true;
    state->expire();
  });
}

void TimeLimit::clear() {
  ++state_->round;
  state_->timer.cancel();
}

bool TimeLimit::expired() const { return state_->expired; }

}  // namespace catena::http
