// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_testing.hpp"
#include "core/plugin/server_tls.hpp"
#include "core/plugin/setup.hpp"

#include "test/sim/tls_peer.hpp"

#include <memory>

namespace catena::sim {

/// The TLS of encrypted listeners here, and of their clients.
inline const net::TlsWorld& secrets() {
  static const net::TlsWorld secrets;
  return secrets;
}

/// The plugin `secret`: a certificate for encrypted listeners.
inline void set_up_secret(Setup& setup) {
  setup.once().done();
  const auto& server = secrets().server;
  setup.listener().set<ServerTls>() = {server, server->policy()};
}

/// A client of such a listener, which does the same whenever it is run: TLS 1.2 without tickets,
/// whose records have the same lengths each time.
inline std::unique_ptr<ClientEnd> secret_client(std::unique_ptr<net::MemoryPeer> peer) {
  net::TlsHandle handle = net::only(secrets().client->connect("dns.test"), TLS1_2_VERSION);
  SSL_set_options(handle.get(), SSL_OP_NO_TICKET);
  return std::make_unique<TlsPeer>(std::move(peer), std::move(handle));
}

}  // namespace catena::sim
