// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_stream.hpp"
#include "core/net/tls_stream.hpp"

#include "test/support/certificates.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace catena::net {

/// The same two contexts for all tests that do not care.
struct TlsWorld {
  test::Authority authority;
  ManualClock clock;
  std::shared_ptr<TlsContext> server =
      serving(authority.issue("DNS:dns.test,IP:127.0.0.1").shown());
  std::shared_ptr<TlsContext> client = trusting({});

  std::shared_ptr<TlsContext> serving(const TlsMaterial& material) const {
    return TlsContext::server(material, clock).value();
  }
  std::shared_ptr<TlsContext> trusting(TlsMaterial material) const {
    material.authorities = authority.pem();
    return TlsContext::client(material).value();
  }
};

/// What only a test asks for.
inline TlsHandle only(TlsHandle handle, int version) {
  SSL_set_security_level(handle.get(), 0);
  SSL_set_min_proto_version(handle.get(), version);
  SSL_set_max_proto_version(handle.get(), version);
  return handle;
}

/// A client and a server of TLS with a connection in memory between them, which a test carries the
/// bytes over.
struct TlsPair {
  struct End final : Events {
    End(boost::asio::io_context& io, TlsHandle handle)
        : peer(io.get_executor()), tls(peer.stream(), std::move(handle), io.get_executor()) {
      tls.attach(*this);
    }
    void readable() override { told += 'r'; }
    void writable() override { told += 'w'; }
    std::string read() {
      std::string text(100000, '\0');
      const Moved moved =
          tls.read_some({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
      if (moved.how == Moved::How::later) return "later";
      if (moved.how == Moved::How::end) return "end";
      if (moved.how == Moved::How::failed) return "failed: " + tls.failure().text;
      return text.substr(0, moved.size);
    }
    Moved write(const std::string& text) {
      return tls.write_some({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }
    MemoryPeer peer;
    TlsStream tls;
    std::string told;
  };

  TlsPair(TlsHandle from, TlsHandle to) : client(io, std::move(from)), server(io, std::move(to)) {}
  TlsPair(const TlsContext& from, const TlsContext& to, const std::string& name = "dns.test")
      : TlsPair(from.connect(name), to.accept()) {}

  /// Everything that is on its way arrives, in pieces of this size.
  bool carry(std::size_t piece = SIZE_MAX) {
    const bool there = carry(client, server, piece);
    return carry(server, client, piece) || there;
  }
  static bool carry(End& from, End& to, std::size_t piece) {
    bool carried = false;
    while (from.peer.untaken() > 0) {
      to.peer.send(from.peer.take(piece));
      carried = true;
      if (to.tls.state() == TlsStream::State::handshaking) to.read();
    }
    return carried;
  }
  void turn() {
    io.restart();
    io.poll();
  }

  /// Until both ends are through, or one has failed; the client's tickets are read.
  TlsPair& shake(std::size_t piece = SIZE_MAX) {
    for (int round = 0; round < 10; ++round) {
      if (client.tls.state() == TlsStream::State::handshaking) client.read();
      if (server.tls.state() == TlsStream::State::handshaking) server.read();
      if (!carry(piece)) break;
    }
    last_client = client.read();
    carry(piece);
    last_server = server.read();
    return *this;
  }

  boost::asio::io_context io;
  End client;
  End server;
  std::string last_client;  ///< What was read behind the handshake.
  std::string last_server;
};

}  // namespace catena::net
