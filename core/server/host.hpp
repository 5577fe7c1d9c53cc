// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/ticker.hpp"
#include "core/net/acceptor.hpp"
#include "core/net/binding.hpp"
#include "core/net/datagrams.hpp"
#include "core/server/dispatcher.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace catena::server {

class Worker;

/// A pair of a listener's sockets on the loop of one worker; null where its scheme has no use for
/// one of them.
struct SocketPair {
  std::unique_ptr<net::Datagrams> udp;
  std::unique_ptr<net::Acceptor> tcp;
};

/// The sockets of one listener, all bound to the same address and port.
struct OpenListener {
  std::vector<SocketPair> pairs;
  std::uint16_t port = 0;  ///< The one that was given, or found for 0.
  bool wildcard = false;   ///< Replies have to say which address they leave from.
  bool shared = false;     ///< Somebody else, a left-over server perhaps, answers here too.
};

/// The event loop of one worker. It goes before what its handlers point to.
class WorkerLoop {
 public:
  virtual ~WorkerLoop() = default;

  /// Good as long as the loop.
  virtual Ground ground() = 0;

  /// Turns until the worker is gone: calls its begin() once, and its turned() behind each turn.
  /// Once. Control thread.
  virtual void start(Worker& worker) = 0;

  /// Comes back when a worker that is gone is left alone. Control thread.
  virtual void join() = 0;
};

/// What a server runs on: the kernel's sockets with a thread for each worker, or a simulation,
/// which has all of it in one thread and decides who goes on when. Outlives the server. Control
/// thread.
class Host {
 public:
  virtual ~Host() = default;

  /// A loop for one worker. Deadlines are of `clock`, which outlives it.
  virtual std::unique_ptr<WorkerLoop> loop(const Clock& clock) = 0;

  /// Binds a listener's address, with a pair of sockets for each of the loops, which may be the
  /// same one. The error is CoreDNS's text.
  virtual Result<OpenListener> bind(const net::ListenerSpec& spec,
                                    std::span<const asio::any_io_executor> loops) = 0;

  /// Calls `task` on a thread of its own again and again as long as the result lives; null where
  /// there are no threads.
  virtual std::unique_ptr<Ticker> ticker(Duration period, std::function<void()> task) = 0;

  /// Lets time pass, in which workers go on.
  virtual void wait(Duration time) = 0;
};

}  // namespace catena::server
