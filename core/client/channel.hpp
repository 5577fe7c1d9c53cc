// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/call.hpp"
#include "core/client/loop.hpp"
#include "core/client/parked.hpp"
#include "core/client/prober.hpp"
#include "core/client/tcp_pool.hpp"
#include "core/client/udp_pool.hpp"
#include "core/client/upstream.hpp"

#include <memory>

namespace catena::client {

/// One worker's way to one upstream: its UDP and TCP sockets and, if this worker saw the trouble,
/// the health probes. Every call that was begun here ends at the latest when the channel closes or
/// goes. The loop must outlive it; a waiter may close it, but not destroy it. One thread.
class Channel {
 public:
  Channel(UpstreamLoop& loop, std::shared_ptr<const Upstream> upstream);
  ~Channel() { close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Asks. The call's waiter is told when it is over, never before this returns. Closed channels
  /// end it with a fault.
  void begin(Call& call);

  /// Nobody waits for the answer any more: the call's waiter is told of a fault in the next turn of
  /// the event loop. Nothing for one that ends already.
  void give_up(Call& call);

  /// Sees to it that somebody probes the server until it answers.
  void probe() { prober_.start(); }

  /// Ends all calls (as faults) and closes all sockets.
  void close();

  UpstreamLoop& loop() const { return *loop_; }
  const Upstream& upstream() const { return *upstream_; }

  // For the sockets.

  /// Does what the exchange asked for after a reply; the call is in no socket's hands any more. Its
  /// waiter reads the reply where it was received and may begin other calls, or close the channel.
  void settle(Call& call, Step step);

  /// Ends the call with a fault in the next turn of the event loop. All failures go this way, so
  /// that whoever asks again does not come back to a socket in the midst of its work.
  void fail_soon(Call& call, const Fault& fault);

  /// The server closed a connection that others had used: asks again on a new one, a few times.
  void restart(Call& call, const Fault& fault);

 private:
  static constexpr unsigned kMaxRestarts = 4;

  void arm_sweep();
  void sweep();

  UpstreamLoop* loop_;
  std::shared_ptr<const Upstream> upstream_;
  Parked parked_;
  UdpPool udp_;
  TcpPool tcp_;
  Prober prober_;
  net::Reminder sweep_{[this] { sweep(); }};
  bool closed_ = false;
};

}  // namespace catena::client
