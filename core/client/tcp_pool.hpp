// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/upstream_connection.hpp"

#include <memory>
#include <vector>

namespace catena::client {

/// The TCP connections of one worker towards one upstream. The oldest one with room is used again,
/// several questions at a time (RFC 7766 section 6.2.1.1) unless the server turns out not to do
/// that. One thread.
class TcpPool {
 public:
  explicit TcpPool(Channel& channel) : channel_(&channel) {}

  void send(Call& call);

  /// On a connection that nobody used before.
  void send_on_new(Call& call);

  /// Closes what has been unused for `expire`. True while there are connections.
  bool sweep(TimePoint now);

  void close();

  // For the connections.

  /// It has nothing to do any more.
  void idle(UpstreamConnection& connection);
  void closed(UpstreamConnection& connection);
  /// The server closed it although it owed answers, having given others: from now on one at a time.
  void no_pipelining() { depth_ = 1; }

 private:
  static constexpr std::size_t kMaxConnections = 256;
  static constexpr std::size_t kDepth = 64;
  /// Bytes of questions that may wait until a server takes them: clients over TCP may ask with
  /// 64 KiB each.
  static constexpr std::size_t kMaxUnsent = 1024 * 1024;

  std::size_t unsent() const;
  void refuse(Call& call);
  bool worn_out(const UpstreamConnection& connection, TimePoint now) const;

  Channel* channel_;
  std::vector<std::shared_ptr<UpstreamConnection>> connections_;  // Oldest first.
  std::size_t depth_ = kDepth;
};

}  // namespace catena::client
