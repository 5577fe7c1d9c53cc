// SPDX-License-Identifier: Apache-2.0
// Every way in x every way in which a query can end x every way in which its bytes can come.
#include "core/net/timer.hpp"
#include "core/plugin/plugin.hpp"
#include "core/server/udp_outlet.hpp"

#include "test/sim/house.hpp"
#include "test/support/messages.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <set>

namespace catena::server {
namespace {

using catena::test::decode;
using catena::test::query_bytes;
using sim::House;
using Bytes = std::vector<std::uint8_t>;

/// Ends each query as its name says.
class Scripted final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    const auto is = [&query](std::string_view word) {
      return query.name() == dns::Name::parse(word).value();
    };
    if (is("now.")) return answer(query);
    if (is("drop.")) return Outcome::drop;
    if (is("throw.")) throw std::runtime_error("at once");
    if (is("coroutine.")) return without_a_wait(query);
    if (is("once.")) return after_a_wait(query);
    if (is("never.")) return never(query);
    if (is("throw-before.")) return throw_before(query);
    if (is("throw-after.")) return throw_after(query);
    return drop_after(query);
  }

 private:
  static Outcome answer(Query& query) {
    query.respond();
    return Outcome::respond;
  }
  static asio::awaitable<void> wait(Query& query, Duration time) {
    net::Timer timer(query.engine().deadlines());
    co_await timer.until(query.engine().clock().now() + time);
  }
  static asio::awaitable<Outcome> without_a_wait(Query& query) { co_return answer(query); }
  static asio::awaitable<Outcome> after_a_wait(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    co_return answer(query);
  }
  static asio::awaitable<Outcome> never(Query& query) {
    net::Timer timer(query.engine().deadlines());
    co_await timer.until(TimePoint::max());
    co_return Outcome::drop;
  }
  static asio::awaitable<Outcome> throw_before(Query& query) {
    if (query.size() > 0) throw std::runtime_error("before a wait");
    co_return Outcome::drop;
  }
  static asio::awaitable<Outcome> throw_after(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    throw std::runtime_error("after a wait");
  }
  static asio::awaitable<Outcome> drop_after(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    co_return Outcome::drop;
  }
};

constexpr std::array kPlugins{PluginEntry{"scripted",
                                          [](Setup& setup) {
                                            setup.once().done();
                                            setup.add(std::make_unique<Scripted>());
                                          },
                                          ""}};
const char* const kCorefile = ". {\n scripted\n}\n";

struct Ending {
  const char* name;   ///< Of the question; says how it ends.
  const char* rcode;  ///< "" for no answer.
  bool waits = false;
};

const Ending kEndings[]{
    {"now. A", "NOERROR"},           {"drop. A", ""},
    {"throw. A", "SERVFAIL"},        {"coroutine. A", "NOERROR"},
    {"once. A", "NOERROR"},          {"never. A", "", true},
    {"throw-before. A", "SERVFAIL"}, {"throw-after. A", "SERVFAIL"},
    {"drop-after. A", ""},
};

const asio::ip::udp::endpoint kClient{asio::ip::make_address("198.51.100.7"), 4000};
constexpr auto kLong = std::chrono::milliseconds(20);

Bytes framed(std::uint16_t id, const Ending& ending) {
  Bytes message = query_bytes(ending.name, {.id = id});
  message.insert(message.begin(), {0, static_cast<std::uint8_t>(message.size())});
  return message;
}

Bytes framed(std::initializer_list<std::uint16_t> ids, const Ending& ending) {
  Bytes all;
  for (const std::uint16_t id : ids) {
    const Bytes one = framed(id, ending);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

std::string text_of(std::span<const std::uint8_t> message) {
  const auto decoded = decode(message);
  return std::to_string(decoded.id) + decoded.rcode + " ";
}

/// Messages of a stream as "1NOERROR 2NOERROR ".
std::string texts_of(const Bytes& stream) {
  std::string text;
  for (std::size_t at = 0; at + 2 <= stream.size();) {
    const std::size_t size = stream[at] * 256u + stream[at + 1];
    REQUIRE(stream.size() - at - 2 >= size);
    text += text_of(std::span(stream).subspan(at + 2, size));
    at += 2 + size;
  }
  return text;
}

std::string expected(std::initializer_list<int> ids, const Ending& ending) {
  std::string text;
  if (*ending.rcode == '\0') return text;
  for (const int id : ids) text += std::to_string(id) + ending.rcode + " ";
  return text;
}

void check_nothing_waits(const House& house, const Ending& ending, std::size_t queries) {
  CHECK(house.dispatcher.waiting() == (ending.waits ? queries : 0));
}

std::string delivered(House& house) {
  std::string text;
  for (const auto& datagram : std::exchange(house.delivered, {})) text += text_of(datagram.bytes);
  return text;
}

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
TEST_CASE("A question that came before the time of its connection was over is read", "[transports]") {
  House house(kCorefile, kPlugins);
  const auto idle = house.connect(kClient);
  idle->send(framed(1, kEndings[0]));
  house.turn();
  const auto silent = house.connect(kClient);
  house.turn();
  CHECK(texts_of(idle->take()) == expected({1}, kEndings[0]));

  SECTION("of a connection that is idle") {
    house.parts.clock.advance(house.listener().settings.idle_timeout);
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

// A hundred connections with 64 KiB of questions each kept the worker for as long as a datagram
// should take at most.
TEST_CASE("Datagrams and newcomers come in between streams that have sent much", "[transports]") {
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
  CHECK(house.send(kClient, query_bytes(kEndings[0].name, {.id = 1})));

  const auto answered = [&streams] {
    std::size_t bytes = 0;
    for (const auto& stream : streams) bytes += stream->untaken();
    return bytes / framed(1, kEndings[0]).size();
  };
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
  CHECK(before_datagram <= 3 * Turns::kMessages);
  CHECK(before_newcomer <= kStreams * Turns::kPortion * 3 / 2);
}

struct NumberRow {
  const char* name;
  std::deque<int> numbers;  // What the kernel has for it when others have made room.
  std::size_t left;         // Of three who were there.
  bool stays;
};

// Another worker took the number that was made free, and the newcomer kept its own: clients came to
// hold the last descriptors, one by one.
TEST_CASE("A connection with one of the last descriptors stays only with a lower one", "[transports]") {
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
