// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/net/alarm.hpp"
#include "core/net/kernel_network.hpp"
#include "core/net/binding.hpp"
#include "core/server/dispatcher.hpp"
#include "core/server/tcp.hpp"
#include "core/server/udp.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace catena::server {

/// Limits of one worker.
struct WorkerLimits {
  std::size_t connections = TcpConnections::kMaxConnections;
  DescriptorLimit descriptors{1u << 20};
};

/// A listener's sockets for one worker.
struct WorkerSockets {
  net::BoundListener::Pair pair;
  const Listener* listener;
  UdpPlace place;
};

/// What a worker needs to go over to another configuration.
struct Succession {
  std::shared_ptr<const Configuration> configuration;
  std::vector<WorkerSockets> sockets;  ///< Of listeners that the one before did not have.
  Duration patience;                   ///< For queries that wait with the one before.
  std::function<void()> left;          ///< Nothing runs with the one before. On the worker, once.
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
  void add(WorkerSockets sockets);

  /// Starts the thread; plugins enter on it.
  void start();

  /// Goes over to another configuration without closing a socket that both have: new queries come
  /// with it at once, those that wait end with the one before. Any thread, after start(), and only
  /// when an earlier succession has left.
  void adopt(Succession succession);

  /// Takes no more queries, finishes those under way for at most `patience`, then plugins leave,
  /// those of an earlier succession too, and the thread ends. Any thread, once.
  void drain(std::chrono::nanoseconds patience);

  /// The thread is at its end: join() comes back at once. Any thread.
  bool gone() const { return gone_.load(std::memory_order_acquire); }
  void join();

  /// Bytes that clients hold here. Any thread.
  std::size_t memory_used() const { return dispatcher_.clients().share().used(); }

 private:
  /// Turns the loop from any thread, also when the worker is gone.
  class Waker;

  /// The configuration before the present one, until nothing runs with it.
  struct Former {
    std::shared_ptr<const Configuration> configuration;
    TimePoint until;  // Then whatever still waits is given up.
    bool left = false;  // Its plugins: only what they have cancelled still ends.
    std::function<void()> gone;
  };

  /// Sockets that the present configuration does not have; answers of the former may still leave.
  struct Closing {
    std::vector<std::unique_ptr<UdpSocket>> sockets;
    std::vector<std::unique_ptr<TcpAcceptor>> acceptors;
  };

  void run();
  void end();
  void turn();
  void poll_some();
  void enter(const Configuration& configuration);
  void leave(const Configuration& configuration);
  void begin_succession(Succession& succession);
  void hand_over_sockets(const Configuration& configuration);
  void start_sockets(Succession& succession);
  void part_from_former();
  bool former_idle() const;
  void drain_closing();
  void leave_former();
  void forget_former();
  void close_sockets();
  void wake_in_time();
  void begin_drain(TimePoint until);
  void settle();
  bool busy() const { return dispatcher_.waiting() > 0 || connections_.size() > 0; }

  // Before everything that its handlers point to, but torn down first: see the destructor.
  std::unique_ptr<asio::io_context> io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  net::Deadlines deadlines_;
  std::unique_ptr<net::Alarm> alarm_;
  net::KernelNetwork network_;
  Random random_;
  const Service& service_;
  std::shared_ptr<const Configuration> configuration_;
  Dispatcher dispatcher_;
  UdpOutput output_;
  UdpSlots slots_;
  UdpReceiver receiver_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<UdpSocket>> sockets_;
  std::vector<std::unique_ptr<TcpAcceptor>> acceptors_;
  Closing closing_;
  std::optional<Former> former_;
  net::Reminder turn_{[] {}};  // Being reminded turns the loop once, which is all that is wanted.
  bool draining_ = false;
  TimePoint drain_until_{};
  std::shared_ptr<Waker> waker_;
  std::shared_ptr<epoch::Reader> reader_;
  std::thread thread_;
  std::atomic<bool> gone_{false};
};

}  // namespace catena::server
