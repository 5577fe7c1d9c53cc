// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/udp_socket.hpp"

#include <array>
#include <memory>
#include <vector>

namespace catena::client {

/// The UDP sockets of one worker towards one upstream: a few at a time, each on a random port. Each
/// question takes one by chance, whatever else leaves in the same turn, so that who saw one
/// question cannot tell the port of the next (RFC 5452 section 9.2); a socket is replaced after
/// kMaxQueries questions or its `expire` time, so that ports stay hard to guess. One thread.
class UdpPool {
 public:
  explicit UdpPool(Channel& channel) : channel_(&channel) {}

  void send(Call& call);

  /// Closes what is too old or has had its last answer. True while there are sockets.
  bool sweep(TimePoint now);

  void close();

 private:
  static constexpr std::size_t kSockets = 8;
  static constexpr std::uint64_t kMaxQueries = 1024;
  static constexpr std::size_t kMaxRetired = 128;

  std::size_t slots() const;
  Result<UdpSocket*, Fault> choose();
  Result<UdpSocket*, Fault> renew(std::shared_ptr<UdpSocket>& socket);
  bool worn_out(const UdpSocket& socket, TimePoint now) const;
  void retire(std::shared_ptr<UdpSocket>& socket);
  void close_idle();

  Channel* channel_;
  std::array<std::shared_ptr<UdpSocket>, kSockets> sockets_;
  std::vector<std::shared_ptr<UdpSocket>> retired_;  // Still waiting for answers.
};

}  // namespace catena::client
