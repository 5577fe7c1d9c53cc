// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/deadlines.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace catena::net {

/// Runs a queue of deadlines on an Asio event loop: one timer for all, set anew only when an
/// earlier deadline comes, so that one that is removed in time costs no timer operation. May end
/// while the timer's handler is queued. One thread, that of the executor.
class Alarm {
 public:
  /// `deadlines` and `clock`, which runs as the system's, outlive it.
  Alarm(boost::asio::any_io_executor executor, const Clock& clock, Deadlines& deadlines);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace catena::net
