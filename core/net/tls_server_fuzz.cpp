// SPDX-License-Identifier: Apache-2.0
// Bytes of a client for a server's end of TLS. The first one says what the server wants of
// certificates, the second in what pieces the rest arrives.
#include "core/net/tls_testing.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace {

using namespace catena::net;

TlsHandle accept(std::uint8_t choice) {
  static const TlsWorld world;
  static const auto strict = [] {
    TlsMaterial material = world.authority.issue("DNS:dns.test").shown();
    material.client_auth = ClientAuth::require_and_verify;
    material.authorities = world.authority.pem();
    material.alpn = {"dot"};
    return world.serving(material);
  }();
  return choice % 2 == 0 ? world.server->accept() : strict->accept();
}

void check(bool holds) {
  if (!holds) std::abort();
}

// What it holds is bounded whatever comes, and what has failed stays so.
void hear(TlsPair::End& end) {
  const TlsStream::State before = end.tls.state();
  end.read();
  const TlsStream::State after = end.tls.state();
  check(end.tls.held() < 128 * 1024);
  check(before != TlsStream::State::failed || after == TlsStream::State::failed);
  check((after == TlsStream::State::failed) == (end.tls.failure().fault != TlsFault::none));
  end.peer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::span<const std::uint8_t> rest(data + 2, size - 2);
  const std::size_t piece = data[1] == 0 ? rest.size() + 1 : data[1];
  boost::asio::io_context io;
  TlsPair::End server(io, accept(data[0]));
  server.tls.wait_readable();
  while (!rest.empty()) {
    const std::size_t next = std::min(piece, rest.size());
    server.peer.send(rest.first(next));
    rest = rest.subspan(next);
    io.restart();
    io.poll();
    hear(server);
    server.tls.wait_readable();
  }
  server.peer.finish();
  hear(server);
  server.tls.close();
  return 0;
}
