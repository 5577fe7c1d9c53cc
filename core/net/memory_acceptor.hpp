// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/acceptor.hpp"
#include "core/net/memory_events.hpp"

#include <deque>

namespace catena::net {

/// A door in memory: a test lets clients knock. One thread.
class MemoryAcceptor : public Acceptor {
 public:
  explicit MemoryAcceptor(boost::asio::any_io_executor executor) : events_(std::move(executor)) {}

  /// A connection for the next accept().
  void knock(Accepted connection) {
    waiting_.push_back(std::move(connection));
    events_.now_readable();
  }

  void attach(Events& events) override { events_.attach(events); }
  void wait_readable() override { events_.wait_readable(!waiting_.empty()); }
  bool is_open() const override { return open_; }
  Accepted accept() override {
    if (!open_) return {Accepted::How::failed};
    if (waiting_.empty()) return {};
    Accepted first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }
  void close() override {
    open_ = false;
    waiting_.clear();
    events_.close();
  }

 private:
  MemoryEvents events_;
  std::deque<Accepted> waiting_;
  bool open_ = true;
};

}  // namespace catena::net
