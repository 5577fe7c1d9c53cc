// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace catena::http {

/// "This operation or the deadline": calls `expire` once when a set time is reached before clear().
/// `expire` ends the operation (closes its socket, kills its process), which then completes with an
/// error, and expired() tells why. For event loops without a queue of net::Deadlines, as those of
/// pages and of programs that are run: each has a timer of its own. One thread: that of the
/// executor.
class TimeLimit {
 public:
  TimeLimit(const boost::asio::any_io_executor& executor, std::function<void()> expire);
  ~TimeLimit();
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  /// Starts over: earlier settings and expired() are forgotten.
  void set(Duration from_now);
  void clear();
  bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace catena::http
