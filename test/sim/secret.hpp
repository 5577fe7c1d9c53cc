// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_testing.hpp"
#include "core/plugin/server_tls.hpp"
#include "core/plugin/setup.hpp"

#include "test/sim/tls_peer.hpp"

#include <memory>
#include <sys/mman.h>
#include <unistd.h>

namespace catena::sim {

/// The TLS of encrypted listeners here and of their clients, of upstreams and of who asks them.
inline const net::TlsWorld& secrets() {
  static const net::TlsWorld secrets;
  return secrets;
}

/// The path of a file, in memory too, with the authority whom clients trust.
inline const std::string& authority_path() {
  static const std::string path = [] {
    const int file = ::memfd_create("authority", MFD_CLOEXEC);
    const std::string text = secrets().authority.certificate();
    const auto written = ::write(file, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) throw std::runtime_error("no file in memory");
    return fmt::format("/proc/self/fd/{}", file);
  }();
  return path;
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
