// SPDX-License-Identifier: Apache-2.0
// Nobody waits for those who have sent much, or take their answers slowly.
#include "core/server/transports_testing.hpp"

namespace catena::server {
namespace {

using namespace test;

}  // namespace

// A hundred connections with 64 KiB of questions each kept the worker for as long as a datagram
// should take at most.
TEST_CASE("Datagrams and newcomers come in between streams that have sent much", "[turns]") {
  constexpr int kStreams = 100;
  constexpr int kQueries = 200;
  House house(kCorefile, kPlugins);
  Bytes all;
  for (int i = 0; i < kQueries; ++i) {
    const Bytes one = framed(static_cast<std::uint16_t>(i), kEndings[0]);
    all.insert(all.end(), one.begin(), one.end());
  }
  std::vector<std::unique_ptr<net::MemoryPeer>> streams;
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(house.connect(kClient, std::size_t{1} << 30));
    streams.back()->send(all);
  }
  const auto newcomer = house.connect(kClient);
  newcomer->send(framed(1, kEndings[0]));

  const auto answered = [&streams] {
    std::size_t bytes = 0;
    for (const auto& stream : streams) bytes += stream->untaken();
    return bytes / framed(1, kEndings[0]).size();
  };
  while (answered() == 0 && house.step() > 0) continue;
  CHECK(house.send(kClient, query_bytes(kEndings[0].name, {.id = 1})));
  std::size_t before_datagram = 0;
  std::size_t before_newcomer = 0;
  house.network = [&](const net::MemoryDatagram&) {
    before_datagram = answered();
    return 0;
  };
  while (before_newcomer == 0 && house.step() > 0) {
    if (newcomer->untaken() > 0) before_newcomer = answered();
  }
  house.turn();
  CHECK(house.delivered.size() == 1);
  CHECK(texts_of(newcomer->take()) == expected({1}, kEndings[0]));
  CHECK(answered() == kStreams * kQueries);
  CHECK(before_datagram <= 3 * Turns::kRound);
  CHECK(before_newcomer <= kStreams * Turns::kPortion * 3 / 2);
}

// What a round of turns may cost was counted in messages only.
TEST_CASE("Datagrams come in between large answers to streams", "[turns]") {
  House house(kCorefile, kPlugins, {std::size_t{1} << 30});
  const Ending large{"large. NULL", "NOERROR"};
  std::vector<std::unique_ptr<net::MemoryPeer>> streams;
  for (std::uint16_t i = 0; i < 100; ++i) {
    streams.push_back(house.connect(kClient, std::size_t{1} << 30));
    streams.back()->send(framed({1, 2, 3}, large));
  }
  const auto written = [&streams] {
    std::size_t bytes = 0;
    for (const auto& stream : streams) bytes += stream->untaken();
    return bytes;
  };
  while (written() == 0 && house.step() > 0) continue;
  CHECK(house.send(kClient, query_bytes(kEndings[0].name, {.id = 1})));
  std::size_t before_datagram = 0;
  house.network = [&](const net::MemoryDatagram&) {
    before_datagram = written();
    return 0;
  };
  house.turn();
  CHECK(house.delivered.size() == 1);
  CHECK(before_datagram <= 4 * Turns::kRound * Turns::kBytes);
  CHECK(written() > 100 * 3 * 50'000);
}

// Answers of which a part had always left already were all kept.
TEST_CASE("A client that takes its answers slowly does not have all of them kept", "[turns]") {
  House house(kCorefile, kPlugins);
  const auto peer = house.connect(kClient, 3000);
  Bytes all;
  constexpr std::uint16_t kQueries = 200;
  for (std::uint16_t i = 0; i < kQueries; ++i) {
    const Bytes one = framed(i, {"large. NULL", "NOERROR"});
    all.insert(all.end(), one.begin(), one.end());
  }
  peer->send(all);
  std::size_t taken = 0;
  std::size_t most = 0;
  for (std::size_t some = 1; some != 0; taken += some) {
    house.turn();
    most = std::max(most, house.dispatcher.clients().share().used());
    some = peer->take(2000).size();
  }
  CHECK(taken > kQueries * 50'000u);
  CHECK(most < 6 * TcpConnection::kHighWater);
}

// They counted as busy, and nobody could have their memory: others were refused for want of it.
TEST_CASE("Connections that wait for their turn make room for others", "[turns]") {
  House house(kCorefile, kPlugins, {std::size_t{1} << 20});
  std::vector<std::unique_ptr<net::MemoryPeer>> greedy;
  for (int i = 0; i < 60; ++i) {
    greedy.push_back(house.connect(kClient));
    greedy.back()->send(Bytes(16 * 1024, 0));
  }
  for (int i = 0; i < 200; ++i) house.step();
  const asio::ip::udp::endpoint modest{asio::ip::make_address("198.51.100.8"), 4000};
  CHECK(house.send(modest, query_bytes("once. A", {.id = 1})));
  house.pass(kLong);
  REQUIRE(house.delivered.size() == 1);
  CHECK(text_of(house.delivered.front().bytes) == "1NOERROR ");
}

}  // namespace catena::server
