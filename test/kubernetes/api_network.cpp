// SPDX-License-Identifier: Apache-2.0
#include "test/kubernetes/api_network.hpp"

#include "test/kubernetes/memory_loop.hpp"

#include <algorithm>

namespace catena::following {

ApiNetwork::ApiNetwork(const Clock& clock, Encoding encoding) : clock_(clock), encoding_(encoding) {
  replace_server();
}

ApiNetwork::~ApiNetwork() = default;

void ApiNetwork::replace_server() {
  const auto wall = [&clock = clock_] {
    return std::chrono::time_point_cast<std::chrono::system_clock::duration>(clock.wall());
  };
  servers_.push_back(std::make_unique<Server>(encoding_, wall));
}

std::unique_ptr<kubernetes::api::ApiLoop> ApiNetwork::make_loop() {
  return std::make_unique<MemoryLoop>(*this);
}

void ApiNetwork::end_watches() {
  for (MemoryLoop* loop : loops_) {
    for (MemoryConnection* one : loop->connections()) one->end_watch();
  }
}

void ApiNetwork::break_connections(http::FailureKind kind) {
  for (MemoryLoop* loop : loops_) {
    for (MemoryConnection* one : loop->connections()) one->break_off(kind);
  }
}

void ApiNetwork::bookmark() {
  for (MemoryLoop* loop : loops_) {
    for (MemoryConnection* one : loop->connections()) one->bookmark();
  }
}

std::size_t ApiNetwork::turn() {
  std::size_t steps = 0;
  for (MemoryLoop* loop : loops_) steps += loop->turn();
  return steps;
}

TimePoint ApiNetwork::next() const {
  TimePoint next = TimePoint::max();
  for (const MemoryLoop* loop : loops_) next = std::min(next, loop->next());
  return next;
}

}  // namespace catena::following
