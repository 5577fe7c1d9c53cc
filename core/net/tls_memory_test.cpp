// SPDX-License-Identifier: Apache-2.0
// What connections cost, against what they say they cost.
#include "core/net/tls_testing.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <deque>
#include <malloc.h>

// Sanitizers have allocators of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace catena::net {
namespace {

constexpr std::size_t kMany = 100;

std::size_t in_use() {
  const struct mallinfo2 now = ::mallinfo2();
  return now.uordblks + now.hblkhd;
}

/// Servers' ends that have come as far as a client that sent only this much of its first bytes.
std::size_t cost_of_half(const TlsWorld& world, const std::vector<std::uint8_t>& hello) {
  boost::asio::io_context io;
  std::deque<TlsPair::End> ends;
  const std::size_t before = in_use();
  for (std::size_t i = 0; i < kMany; ++i) {
    ends.emplace_back(io, world.server->accept());
    ends.back().peer.send(hello);
    ends.back().read();
  }
  return (in_use() - before) / kMany;
}

std::vector<std::uint8_t> hello_of(const TlsWorld& world) {
  boost::asio::io_context io;
  TlsPair::End client(io, world.client->connect("dns.test"));
  client.read();
  return client.peer.take();
}

/// A server's end behind its first answer, with nothing to do.
struct IdleServer {
  IdleServer(const TlsWorld& world, int version)
      : client(io, only(world.client->connect("dns.test"), version)),
        peer(io.get_executor()),
        stream(
            std::make_unique<TlsStream>(peer.stream(), world.server->accept(), io.get_executor())) {
    std::array<std::uint8_t, 512> room{};
    for (int round = 0; round < 4; ++round) {
      client.read();
      client.write("question");
      peer.send(client.peer.take());
      stream->read_some(room);
      if (round == 3) stream->write_some(room);
      client.peer.send(peer.take());
    }
    CHECK(stream->read_some(room).how == Moved::How::later);
    REQUIRE(stream->state() == TlsStream::State::open);
  }
  boost::asio::io_context io;
  TlsPair::End client;
  MemoryPeer peer;
  std::unique_ptr<TlsStream> stream;
};

}  // namespace

TEST_CASE("An idle connection costs what it says") {
  const TlsWorld world;
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  std::deque<IdleServer> servers;
  for (std::size_t i = 0; i < kMany; ++i) servers.emplace_back(world, version);
  const std::size_t said = servers.front().stream->held();
  const std::size_t before = in_use();
  for (IdleServer& server : servers) server.stream.reset();
  const std::size_t cost = (before - in_use()) / kMany;
  INFO("an idle connection: " << cost);
  CHECK(said >= cost);
  CHECK(said < cost * 3 / 2);
}

TEST_CASE("A handshake that stalls costs what it says") {
  const TlsWorld world;
  const auto hello = hello_of(world);
  boost::asio::io_context io;
  const std::size_t said = TlsPair::End(io, world.server->accept()).tls.held();
  const std::size_t half = cost_of_half(world, {hello.begin(), hello.end() - 1});
  const std::size_t whole = cost_of_half(world, hello);
  INFO("half a hello: " << half << ", a whole one: " << whole);
  CHECK(half < said);
  CHECK(whole < said);
  // The longest message that is let in, all but its end.
  std::vector<std::uint8_t> longest{22, 3, 1, 0x3f, 0xff, 1, 0, 0x3f, 0xff};
  longest.resize(16000);
  CHECK(cost_of_half(world, longest) < said + longest.size());
}

}  // namespace catena::net

#endif
