// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/openssl.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace catena::net {

/// What a client remembers of servers, so that its next handshake with one of them is short. A few
/// sessions of each server, and of so many servers only. Any thread.
class TlsSessions {
 public:
  /// Keeps a session of `server`.
  void put(const std::string& server, SessionOwner session);

  /// The newest one that is good; null where there is none. One of TLS 1.3 is used once, so that
  /// onlookers cannot tell connections to belong together (RFC 8446 appendix C.4).
  SessionOwner take(const std::string& server);

  void clear();

 private:
  static constexpr std::size_t kEach = 4;
  static constexpr std::size_t kServers = 256;

  std::mutex mutex_;
  std::map<std::string, std::vector<SessionOwner>> sessions_;  // Newest last.
};

}  // namespace catena::net
