// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/server/dispatcher.hpp"
#include "core/server/sockets.hpp"
#include "core/server/tcp.hpp"
#include "core/server/udp.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace catena::server {

/// Limits of one worker.
struct WorkerLimits {
  std::size_t connections = TcpConnections::kMaxConnections;
  std::size_t waiting = UdpSlots::kMaxWaiting;
};

/// One thread with its own event loop, sockets and connections; shares nothing that is written per
/// query. Built, started and joined by the control thread.
class Worker {
 public:
  /// `number` counts from 0; its lane is one more.
  Worker(std::size_t number,
         const Service& service,
         std::shared_ptr<const Configuration> configuration,
         const WorkerLimits& limits);
  ~Worker();

  /// Before start().
  void add(BoundListener::Pair pair, const Listener& listener, const UdpPlace& place);

  /// Starts the thread; plugins enter on it.
  void start();

  /// Takes no more queries, finishes those under way for at most `patience`, then plugins leave and
  /// the thread ends. Any thread, once.
  void drain(std::chrono::nanoseconds patience);
  void join();

 private:
  /// Turns the loop from any thread, also when the worker is gone.
  class Waker;

  void run();
  void turn();
  void enter();
  void leave();
  void begin_drain(TimePoint until);
  void settle();
  bool busy() const { return dispatcher_.waiting() > 0 || connections_.size() > 0; }

  // Before everything that its handlers point to, but torn down first: see the destructor.
  std::unique_ptr<asio::io_context> io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  const Service& service_;
  std::shared_ptr<const Configuration> configuration_;
  Dispatcher dispatcher_;
  UdpOutput output_;
  UdpSlots slots_;
  UdpReceiver receiver_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<UdpSocket>> sockets_;
  std::vector<std::unique_ptr<TcpAcceptor>> acceptors_;
  std::unique_ptr<asio::steady_timer> drain_timer_;
  bool draining_ = false;
  TimePoint drain_until_{};
  std::shared_ptr<Waker> waker_;
  std::shared_ptr<epoch::Reader> reader_;
  std::thread thread_;
};

}  // namespace catena::server
