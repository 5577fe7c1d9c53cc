// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/server/dispatcher.hpp"
#include "core/server/host.hpp"
#include "core/server/tcp.hpp"
#include "core/server/udp.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace catena::server {

/// Limits of one worker.
struct WorkerLimits {
  std::size_t connections = TcpConnections::kMaxConnections;
  DescriptorLimit descriptors{1u << 20};
  std::size_t workers = 1;  ///< That there are.
};

/// A pair of a listener's sockets for one worker.
struct WorkerSockets {
  SocketPair pair;
  const Listener* listener;
  UdpPlace place;
  std::size_t number = 0;  ///< Of the pair among those of the listener.
};

/// What a worker needs to go over to another configuration.
struct Succession {
  std::shared_ptr<const Configuration> configuration;
  std::vector<WorkerSockets> sockets;  ///< That are new.
  Duration patience;                   ///< For queries that wait with the one before.
  std::function<void()> left;          ///< Nothing runs with the one before. On the worker, once.
};

/// One event loop with its own sockets and connections; shares nothing that is written per query.
/// Built, started and joined by the control thread. What its loop's thread has left to do:
///
///     serving ──drain──> draining ──nothing waits, or late──> settling ──the same──> gone
class Worker {
 public:
  /// `number` counts from 0; its lane is one more.
  Worker(std::unique_ptr<WorkerLoop> loop,
         std::size_t number,
         const Service& service,
         std::shared_ptr<const Configuration> configuration,
         const WorkerLimits& limits);
  ~Worker();

  /// Before start().
  void add(WorkerSockets sockets);

  /// Starts the loop; plugins enter on it.
  void start();

  /// The event loop that it has sockets on.
  asio::any_io_executor executor() { return dispatcher_.executor(); }

  /// What is under way here. On the loop's thread.
  const Dispatcher& dispatcher() const { return dispatcher_; }
  const UdpSlots& slots() const { return slots_; }
  const TcpConnections& connections() const { return connections_; }

  /// What its loop calls before the first turn, and behind each one until it is gone(). On the
  /// loop's thread.
  void begin();
  void turned();

  /// Goes over to another configuration without closing a socket that both have: new queries come
  /// with it at once, those that wait end with the one before. Any thread, after start(), and only
  /// when an earlier succession has left.
  void adopt(Succession succession);

  /// Takes no more queries, finishes those under way for at most `patience`, then plugins leave,
  /// those of an earlier succession too, and it is gone. Of several calls the one that ends
  /// first counts. Any thread.
  void drain(std::chrono::nanoseconds patience);

  /// Its loop turns no more: join() comes back at once. Any thread.
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
    TimePoint until;    // Then whatever still waits is given up.
    bool left = false;  // Its plugins: only what they have cancelled still ends.
    std::function<void()> gone;
  };

  /// How far it is with its end.
  enum class Phase : std::uint8_t { serving, draining, settling, gone };

  void enter(const Configuration& configuration);
  void leave(const Configuration& configuration);
  void begin_succession(Succession& succession);
  void hand_over(const Configuration& configuration);
  void start_new(Succession& succession);
  void part_from_former();
  bool former_idle() const;
  void drain_closing();
  void leave_former();
  void forget_former();
  void close_sockets();
  void wake_in_time();
  void begin_drain(TimePoint until);
  void begin_settling();
  void end();
  bool out_of_time() const { return dispatcher_.clock().now() >= until_; }
  bool busy() const { return dispatcher_.waiting() > 0 || connections_.size() > 0; }

  std::unique_ptr<WorkerLoop> loop_;  // Torn down first: see the destructor.
  const Service& service_;
  std::shared_ptr<const Configuration> configuration_;
  Dispatcher dispatcher_;
  UdpOutput output_;
  UdpSlots slots_;
  UdpReceiver receiver_;
  TcpConnections connections_;
  std::vector<std::unique_ptr<ListenerSocket>> sockets_;
  // Those that the present configuration does not have; answers of the former may still leave.
  std::vector<std::unique_ptr<ListenerSocket>> closing_;
  std::optional<Former> former_;
  net::Reminder turn_{[] {}};  // Being reminded turns the loop once, which is all that is wanted.
  std::size_t workers_;
  Phase phase_ = Phase::serving;
  TimePoint until_{};  // Then draining or settling ends, whatever still waits.
  std::shared_ptr<Waker> waker_;
  std::shared_ptr<epoch::Reader> reader_;
  std::atomic<bool> gone_{false};
};

}  // namespace catena::server
