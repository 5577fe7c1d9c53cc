// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_network.hpp"
#include "core/server/host.hpp"
#include "core/server/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>
#include <vector>

namespace catena::sim {

namespace asio = boost::asio;

/// A worker's loop that is turned by hand, with connections out in memory.
class MemoryLoop final : public server::WorkerLoop {
 public:
  using Row = std::vector<MemoryLoop*>;

  /// It stands in `row` as long as it lives. Row and clock outlive it.
  MemoryLoop(Row& row,
             const Clock& clock,
             Random numbers,
             net::MemoryNetwork::Leaving leaving,
             net::MemoryNetwork::Connecting connecting)
      : random(numbers),
        network(io.get_executor(), std::move(leaving), std::move(connecting)),
        row_(row),
        clock_(clock) {
    row_.push_back(this);
  }
  ~MemoryLoop() override { std::erase(row_, this); }

  server::Ground ground() override { return {io.get_executor(), deadlines, network, random}; }
  void start(server::Worker& worker) override {
    worker_ = &worker;
    asio::post(io, [&worker] { worker.begin(); });
  }
  void join() override {}

  /// All deadlines that have come and so many handlers at most; returns how many that was. The
  /// worker is told of a turn only where something has happened in it.
  std::size_t turn(std::size_t handlers) {
    if (over()) return 0;
    io.restart();
    std::size_t done = deadlines.run_due(clock_.now());
    for (std::size_t i = 0; i < handlers && io.poll_one() > 0; ++i) ++done;
    if (done > 0) worker_->turned();
    return done;
  }

  /// When it has something to do next.
  TimePoint next() const { return over() ? TimePoint::max() : deadlines.next(); }

  net::Deadlines deadlines;
  Random random;
  asio::io_context io{1};
  net::MemoryNetwork network;

 private:
  bool over() const { return worker_ == nullptr || worker_->gone(); }

  Row& row_;
  const Clock& clock_;
  server::Worker* worker_ = nullptr;
};

}  // namespace catena::sim
