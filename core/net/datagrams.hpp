// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/events.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/socket.h>

namespace catena::net {

/// A bound socket of datagrams, which go in batches: one call for many, in the kernel's own form.
/// One thread, that of its event loop.
class Datagrams {
 public:
  virtual ~Datagrams() = default;

  /// Who is told; outlives it, or its close().
  virtual void attach(Events& events) = 0;

  /// As recvmmsg(2) fills them; returns how many came, 0 where there are none now.
  virtual std::size_t receive(std::span<mmsghdr> batch) = 0;

  /// An ICMP error about a datagram that was sent from here; only sockets that were dialled have
  /// such.
  struct Bounce {
    int error = 0;         ///< As errno; 0 where there is none now.
    std::size_t size = 0;  ///< How much of the datagram's beginning is in `start`.
  };
  virtual Bounce bounced(std::span<std::uint8_t> start) = 0;

  /// As sendmmsg(2): how many of the first ones have left, or minus errno where not even the first
  /// one has: EAGAIN with a full buffer (wait), ENOBUFS with a full device (try again later), or
  /// what is wrong with that one.
  virtual int send(std::span<mmsghdr> batch) = 0;

  /// One wait of each kind at a time; asking again meanwhile changes nothing.
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;

  /// What comes from now on goes to other sockets of the port; what has come stays to be received,
  /// and answers still leave. Nobody waits for readability any more.
  virtual void turn_away() = 0;
  virtual void close() = 0;
};

}  // namespace catena::net
