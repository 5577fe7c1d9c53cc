// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_sessions.hpp"

#include <utility>

namespace catena::net {

void TlsSessions::put(const std::string& server, SessionOwner session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kServers && !sessions_.contains(server)) sessions_.clear();
  std::vector<SessionOwner>& known = sessions_[server];
  if (known.size() >= kEach) known.erase(known.begin());
  known.push_back(std::move(session));
}

SessionOwner TlsSessions::take(const std::string& server) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(server);
  if (found == sessions_.end() || found->second.empty()) return nullptr;
  SessionOwner& newest = found->second.back();
  if (SSL_SESSION_get_protocol_version(newest.get()) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(newest.get());
    return SessionOwner(newest.get());
  }
  SessionOwner taken = std::move(newest);
  found->second.pop_back();
  return taken;
}

void TlsSessions::clear() {
  const std::lock_guard lock(mutex_);
  sessions_.clear();
}

}  // namespace catena::net
