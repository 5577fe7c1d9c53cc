// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/udp_outlet.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace catena::server {

/// Answers on their way out of one worker: written one behind the other into one piece of memory,
/// given to their socket's outlet together. One thread.
class UdpOutput {
 public:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxDatagram = 65507;

  UdpOutput();

  /// Room for one datagram that leaves through `outlet`; sends first what is in the way.
  std::span<std::uint8_t> room(const std::shared_ptr<UdpOutlet>& outlet);

  /// The datagram is the first `size` bytes of what room() gave.
  void add(std::size_t size, const UdpPeer& peer);

  /// Sends all there is.
  void flush();

 private:
  static constexpr std::size_t kRegion = 2 * 64 * 1024;

  std::shared_ptr<UdpOutlet> outlet_;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  std::unique_ptr<std::uint8_t[]> region_;
  std::array<iovec, kBatch> pieces_;
  std::array<UdpPeer, kBatch> peers_;
  std::array<mmsghdr, kBatch> messages_;
};

}  // namespace catena::server
