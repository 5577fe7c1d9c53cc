// SPDX-License-Identifier: Apache-2.0
// Every way in x every way in which a query can end x every way in which its bytes can come.
#include "core/server/transports_testing.hpp"
#include "core/server/udp_outlet.hpp"

#include <deque>
#include <set>

namespace catena::server {
namespace {

using namespace test;

}  // namespace

TEST_CASE("UDP answers once however a query ends", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    house.send(kClient, query_bytes(ending.name, {.id = 1}));
    house.pass(kLong);
    CHECK(delivered(house) == expected({1}, ending));
    for (const std::uint16_t id : {2, 3, 4}) {
      house.send(kClient, query_bytes(ending.name, {.id = id}));
    }
    house.pass(kLong);
    CHECK(delivered(house) == expected({2, 3, 4}, ending));
    check_nothing_waits(house, ending, 4);
    CHECK(house.slots.waiting() == (ending.waits ? 4 : 0));
  }
}

TEST_CASE("UDP answers no query that is cut, and is there for the next one", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const Bytes whole = query_bytes(ending.name, {.id = 1});
    for (std::size_t size = 0; size < whole.size(); ++size) {
      house.send(kClient, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    house.pass(kLong);
    for (const auto& datagram : std::exchange(house.delivered, {})) {
      const int rcode = datagram.bytes[3] & 15;
      CHECK((rcode == 1 || rcode == 2));
    }
    house.send(kClient, query_bytes("now. A", {.id = 2}));
    house.pass(kLong);
    CHECK(delivered(house) == "2NOERROR ");
  }
}

TEST_CASE("UDP queries that wait are never answered through another socket", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    house.send(kClient, query_bytes(ending.name, {.id = 1}));
    house.turn();
    house.delivered.clear();
    const std::size_t waited = house.dispatcher.waiting();
    house.close_udp();
    house.pass(kLong);
    CHECK(house.delivered.empty());
    const bool answered = waited == 1 && *ending.rcode != '\0';
    CHECK(house.meters.udp_unsent.value() == (answered ? 1 : 0));
  }
}

TEST_CASE("TCP answers once however a query ends and its bytes come", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto peer = house.connect(kClient);
    const auto exchange = [&](std::initializer_list<int> ids) {
      house.pass(kLong);
      CHECK(texts_of(peer->take()) == expected(ids, ending));
    };
    peer->send(framed({1}, ending));
    exchange({1});
    peer->send(framed({2, 3, 4}, ending));
    exchange({2, 3, 4});
    const Bytes two = framed({5, 6}, ending);
    for (std::size_t cut = 1; cut < two.size() && !ending.waits; ++cut) {
      INFO("cut after " << cut);
      peer->send(std::span(two).first(cut));
      house.turn();
      peer->send(std::span(two).subspan(cut));
      exchange({5, 6});
    }
    for (const std::uint8_t byte : framed({7}, ending)) {
      peer->send(std::span(&byte, 1));
      house.turn();
    }
    exchange({7});
    CHECK(!peer->closed());
    check_nothing_waits(house, ending, 5);
  }
}

TEST_CASE("TCP ends when a client that has asked and listens has all its answers", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto peer = house.connect(kClient);
    peer->send(framed({1, 2}, ending));
    peer->finish();
    house.pass(kLong);
    CHECK(texts_of(peer->take()) == expected({1, 2}, ending));
    CHECK(peer->closed() == !ending.waits);
    CHECK(house.connections.size() == (ending.waits ? 1 : 0));
  }
}

TEST_CASE("TCP forgets a client that resets, before and while its queries wait", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto early = house.connect(kClient);
    early->send(framed({1, 2}, ending));
    early->reset();
    const auto late = house.connect(kClient);
    late->send(framed({3, 4}, ending));
    house.turn();
    late->reset();
    house.pass(kLong);
    CHECK(house.connections.size() == 0);
    check_nothing_waits(house, ending, 2);
  }
}

TEST_CASE("TCP waits for a client with a small window and loses nothing", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto peer = house.connect(kClient, 7);
    peer->limit_reads(5);
    peer->send(framed({1, 2, 3}, ending));
    Bytes taken;
    for (int i = 0; i < 60; ++i) {
      house.pass(std::chrono::milliseconds(1));
      const Bytes some = peer->take(3);
      taken.insert(taken.end(), some.begin(), some.end());
    }
    CHECK(texts_of(taken) == expected({1, 2, 3}, ending));
  }
}

TEST_CASE("TCP clients may ask once more of a server that leaves", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto whole = house.connect(kClient);
    const auto halved = house.connect(kClient);
    const auto silent = house.connect(kClient);
    const Bytes question = framed(1, ending);
    const auto half = static_cast<std::ptrdiff_t>(question.size() / 2);
    halved->send(Bytes(question.begin(), question.begin() + half));
    house.turn();
    house.drain();
    // Two in one piece, as the C libraries send A and AAAA.
    whole->send(framed({1, 2}, ending));
    halved->send(Bytes(question.begin() + half, question.end()));
    house.pass(kLong);
    CHECK(texts_of(whole->take()) == expected({1, 2}, ending));
    CHECK(texts_of(halved->take()) == expected({1}, ending));
    CHECK(whole->closed() == !ending.waits);
    CHECK(halved->closed() == !ending.waits);
    // A client that has its answer sees the end, and asks nobody who has left.
    const bool answered = *ending.rcode != '\0';
    CHECK(whole->end_joined() == answered);
    CHECK(halved->end_joined() == answered);
    CHECK(!silent->closed());
    house.pass(TcpConnection::kLastWord);
    CHECK(silent->closed());
    CHECK(house.connections.size() == (ending.waits ? 2 : 0));
  }
}

// A worker that was busy ended connections whose next question had come in time.
TEST_CASE("A question that came before its connection's time was over is read", "[transports]") {
  House house(kCorefile, kPlugins);
  const auto idle = house.connect(kClient);
  idle->send(framed(1, kEndings[0]));
  house.turn();
  const auto silent = house.connect(kClient);
  house.turn();
  CHECK(texts_of(idle->take()) == expected({1}, kEndings[0]));

  SECTION("of a connection that is idle") {
    house.parts.clock.advance(house.listener().timeouts.idle);
    idle->send(framed(2, kEndings[0]));
    house.turn();
    CHECK(texts_of(idle->take()) == expected({2}, kEndings[0]));
    CHECK(!idle->closed());
    CHECK(silent->closed());
  }
  SECTION("of the last word to a server that leaves") {
    house.drain();
    house.turn();
    house.parts.clock.advance(TcpConnection::kLastWord);
    idle->send(framed(2, kEndings[0]));
    house.turn();
    CHECK(texts_of(idle->take()) == expected({2}, kEndings[0]));
    CHECK(idle->closed());
    CHECK(silent->closed());
  }
}

// It left by itself, and the end came in a later turn.
TEST_CASE("An answer later than the last word has the end with it too", "[transports]") {
  House house(kCorefile, kPlugins);
  const auto peer = house.connect(kClient);
  peer->send(framed(1, {"late. A", "NOERROR"}));
  house.turn();
  house.drain();
  house.pass(std::chrono::seconds(3));
  CHECK(texts_of(peer->take()) == "1NOERROR ");
  CHECK(peer->closed());
  CHECK(peer->end_joined());
}

// What one read brought was taken for all that a client had to say.
TEST_CASE("A server that leaves answers all that lies in a connection", "[transports]") {
  for (const Ending& ending : {kEndings[0], kEndings[4]}) {
    INFO(ending.name);
    House house(kCorefile, kPlugins);
    const auto peer = house.connect(kClient, std::size_t{1} << 30);
    house.turn();
    std::vector<std::uint16_t> ids;
    for (std::uint16_t id = 1; id <= 100; ++id) ids.push_back(id);
    peer->limit_reads(framed(1, ending).size());
    for (const std::uint16_t id : ids) peer->send(framed(id, ending));
    house.drain();
    house.pass(kLong);
    const std::string texts = texts_of(peer->take());
    CHECK(std::count(texts.begin(), texts.end(), ' ') == 100);
    CHECK(peer->closed());
    CHECK(peer->end_joined());
  }
}

struct NumberRow {
  const char* name;
  std::deque<int> numbers;  // What the kernel has for it when others have made room.
  std::size_t left;         // Of three who were there.
  bool stays;
};

// Another worker took the number that was made free, and the newcomer kept its own: clients came to
// hold the last descriptors, one by one.
TEST_CASE("A connection with one of the last descriptors needs a lower one", "[transports]") {
  const int high = static_cast<int>(House::kDescriptors.for_clients());
  const NumberRow rows[]{
      {"one makes room", {high - 1}, 2, true},
      {"another worker takes that place, the next one's is free", {high, 7}, 1, true},
      {"others take every place", {high + 3, high + 2, high + 1, high}, 0, false},
  };
  for (const NumberRow& row : rows) {
    DYNAMIC_SECTION(row.name) {
      House house(kCorefile, kPlugins);
      std::vector<std::unique_ptr<net::MemoryPeer>> idle;
      for (int i = 0; i < 3; ++i) idle.push_back(house.connect(kClient));
      house.turn();
      net::MemoryPeer newcomer(house.io.get_executor());
      newcomer.number(row.numbers);
      house.tcp->knock(
          {net::Accepted::How::one, newcomer.stream(), kClient, House::kLocal, high + 4});
      house.turn();
      CHECK(newcomer.closed() == !row.stays);
      CHECK(house.connections.size() == row.left + (row.stays ? 1 : 0));
    }
  }
}

// Reading stops while too much waits to be taken; where all was taken at once nobody came back to
// the messages that were already there.
TEST_CASE("TCP answers all of one piece whose answers are more than may wait", "[transports]") {
  House house(kCorefile, kPlugins);
  const auto peer = house.connect(kClient, std::size_t{1} << 30);
  Bytes all;
  constexpr int kQueries = 2000;
  for (int i = 0; i < kQueries; ++i) {
    const Bytes one = framed(static_cast<std::uint16_t>(i), kEndings[0]);
    all.insert(all.end(), one.begin(), one.end());
  }
  peer->send(all);
  house.pass(kLong);
  const std::string texts = texts_of(peer->take());
  CHECK(std::count(texts.begin(), texts.end(), ' ') == kQueries);
}

}  // namespace catena::server
