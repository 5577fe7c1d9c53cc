// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/secret.hpp"

#include "core/net/tls_testing.hpp"
#include "core/plugin/server_tls.hpp"

#include "test/sim/tls_peer.hpp"

namespace catena::sim {
namespace {

const net::TlsWorld& contexts() {
  static const net::TlsWorld contexts;
  return contexts;
}

}  // namespace

void set_up_secret(Setup& setup) {
  setup.once().done();
  const auto& server = contexts().server;
  setup.listener().set<ServerTls>() = {server, server->policy()};
}

std::unique_ptr<ClientEnd> secret_client(std::unique_ptr<net::MemoryPeer> peer) {
  net::TlsHandle handle = net::only(contexts().client->connect("dns.test"), TLS1_2_VERSION);
  SSL_set_options(handle.get(), SSL_OP_NO_TICKET);
  return std::make_unique<TlsPeer>(std::move(peer), std::move(handle));
}

}  // namespace catena::sim
