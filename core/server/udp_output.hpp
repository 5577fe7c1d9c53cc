// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lane.hpp"
#include "core/server/addresses.hpp"
#include "core/server/meters.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace catena::server {

/// Who asked and from which of our addresses the answer has to leave.
struct UdpPeer {
  SocketAddress client;
  std::uint8_t control_size = 0;  ///< 0: the socket has one address only.
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> control;
};

/// Answers on their way out of one worker: written one behind the other into one piece of memory,
/// sent by one sendmmsg. What the kernel does not take in time is dropped and counted. One thread.
class UdpOutput {
 public:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxDatagram = 65507;

  UdpOutput(Meters& meters, Lane lane);

  /// Room for one datagram that leaves through `socket`; sends first what is in the way.
  std::span<std::uint8_t> room(int socket);

  /// The datagram is the first `size` bytes of what room() gave.
  void add(std::size_t size, const UdpPeer& peer);

  /// Sends all there is.
  void flush();

 private:
  static constexpr std::size_t kRegion = 2 * 64 * 1024;
  void fill(std::size_t index);
  std::size_t send(std::size_t first);

  Meters& meters_;
  Lane lane_;
  int socket_ = -1;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  std::unique_ptr<std::uint8_t[]> region_;
  std::array<iovec, kBatch> pieces_;
  std::array<UdpPeer, kBatch> peers_;
  std::array<mmsghdr, kBatch> messages_;
};

}  // namespace catena::server
