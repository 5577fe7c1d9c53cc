// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/events.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <memory>

namespace catena::net {

/// The waits of something in memory: whoever waits is told in a later turn of the event loop, once
/// it is ready. One thread.
class MemoryEvents {
 public:
  explicit MemoryEvents(boost::asio::any_io_executor executor)
      : executor_(std::move(executor)), state_(std::make_shared<State>()) {}
  ~MemoryEvents() { close(); }
  MemoryEvents(const MemoryEvents&) = delete;
  MemoryEvents& operator=(const MemoryEvents&) = delete;

  void attach(Events& events) { state_->events = &events; }
  void wait_readable(bool ready) { wait(state_->reading, ready); }
  void wait_writable(bool ready) { wait(state_->writing, ready); }
  void now_readable() { tell(state_->reading); }
  void now_writable() { tell(state_->writing); }
  void stop_reading() { state_->reading = Wait::none; }
  /// Nobody is told any more; the event loop may end.
  void close() { *state_ = {}; }

 private:
  enum class Wait { none, asked, queued };
  struct State {
    Events* events = nullptr;
    Wait reading = Wait::none;
    Wait writing = Wait::none;
  };

  void wait(Wait& kind, bool ready) {
    if (kind != Wait::none) return;
    kind = Wait::asked;
    if (ready) tell(kind);
  }

  void tell(Wait& kind) {
    if (kind != Wait::asked) return;
    kind = Wait::queued;
    boost::asio::post(executor_, [state = state_, &kind] {
      if (kind != Wait::queued) return;
      kind = Wait::none;
      if (state->events == nullptr) return;
      &kind == &state->reading ? state->events->readable() : state->events->writable();
    });
  }

  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

}  // namespace catena::net
