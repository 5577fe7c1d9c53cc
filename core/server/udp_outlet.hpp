// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lane.hpp"
#include "core/net/addresses.hpp"
#include "core/net/datagrams.hpp"
#include "core/net/deadlines.hpp"
#include "core/server/meters.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace catena::server {

/// Who asked and from which of our addresses the answer has to leave.
struct UdpPeer {
  net::SocketAddress client;
  std::uint8_t control_size = 0;  ///< 0: the socket has one address only.
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control;
};

/// `message` as the kernel takes it: `piece` for `peer`. Both have to stay where they are.
void describe(UdpPeer& peer, iovec& piece, msghdr& message);

/// The way out of one socket. Nobody waits for a full buffer: what the kernel does not take now
/// stays here until it does, in order and up to a number of bytes; what is past that, or cannot be
/// sent at all, is dropped and counted. Queries that wait hold on to it and not to the socket,
/// whose number may be another's by then: after close() their answers are dropped. One thread.
class UdpOutlet {
 public:
  /// Bytes that stay for one socket, with what they cost beside the datagrams themselves.
  static constexpr std::size_t kMostKept = 256 * 1024;

  /// `clock` and `deadlines` are those of the worker; all outlive it.
  UdpOutlet(net::Datagrams& socket,
            const Clock& clock,
            net::Deadlines& deadlines,
            Meters& meters,
            Lane lane);

  void send(std::span<mmsghdr> batch);

  /// The socket takes datagrams again.
  void writable();

  /// The socket goes; so does what waits for it.
  void close();

  /// Bytes that wait.
  std::size_t kept() const { return kept_bytes_; }

 private:
  static constexpr std::size_t kBatch = 64;
  /// A full device is no reason for the kernel to call the socket unwritable: ask again after this.
  static constexpr std::chrono::milliseconds kDevicePause{2};

  struct Kept {
    UdpPeer peer;
    std::vector<std::uint8_t> bytes;
    std::size_t cost() const { return sizeof(Kept) + bytes.size(); }
  };

  void keep(std::span<const mmsghdr> batch);
  void keep_one(const msghdr& message);
  int send_kept();
  void forget(std::size_t count);
  void wait(int error);
  void drop(std::size_t count);

  net::Datagrams* socket_;  // Null when it is gone.
  const Clock& clock_;
  net::Deadlines& deadlines_;
  Meters& meters_;
  Lane lane_;
  net::Reminder pause_;
  std::deque<Kept> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace catena::server
