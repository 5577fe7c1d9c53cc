// SPDX-License-Identifier: Apache-2.0
// The ways in which a query can end x the ways in which its bytes can come, over TLS.
#include "core/server/transports_testing.hpp"

#include "test/sim/secret.hpp"

namespace catena::server {
namespace {

using namespace test;
using sim::TlsPeer;

const net::TlsWorld& world() { return sim::secrets(); }

constexpr std::array kTlsPlugins{PluginEntry{"secret", sim::set_up_secret, ""}, kPlugins[0]};
const char* const kTlsCorefile = "tls://. {\n secret\n scripted\n}\n";

std::unique_ptr<TlsPeer> connect(House& house, std::size_t window = net::MemoryPeer::kWindow) {
  return std::make_unique<TlsPeer>(house.connect(kClient, window),
                                   world().client->connect("dns.test"));
}

// Until nobody has anything for the other.
void carry(House& house, TlsPeer& peer) {
  do house.pass(std::chrono::milliseconds(10));
  while (peer.carry());
}

std::uint64_t failures(House& house, const char* reason) {
  const metrics::Labels labels{{"server", "tls://:853"}, {"reason", reason}};
  return house.parts.metrics.counter("catena_tls_handshake_failures_total", "", labels).value();
}

std::uint64_t handshakes(House& house, const char* version, const char* resumed) {
  const metrics::Labels labels{
      {"server", "tls://:853"}, {"version", version}, {"resumed", resumed}};
  return house.parts.metrics.counter("catena_tls_handshakes_total", "", labels).value();
}

}  // namespace

TEST_CASE("TLS answers once however a query ends and its records come", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kTlsCorefile, kTlsPlugins);
    const auto peer = connect(house);
    const auto exchange = [&](std::initializer_list<int> ids) {
      carry(house, *peer);
      CHECK(texts_of(peer->take()) == expected(ids, ending));
    };
    peer->send(framed({1}, ending));
    exchange({1});
    peer->send(framed({2, 3, 4}, ending));
    exchange({2, 3, 4});
    peer->limit_reads(1);
    peer->send(framed({5, 6}, ending));
    exchange({5, 6});
    for (const std::uint8_t byte : framed({7}, ending)) peer->send(std::span(&byte, 1));
    exchange({7});
    CHECK(!peer->closed());
    check_nothing_waits(house, ending, 7);
  }
}

TEST_CASE("TLS ends when a client that has asked and listens has all its answers", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kTlsCorefile, kTlsPlugins);
    const auto peer = connect(house);
    carry(house, *peer);
    peer->send(framed({1, 2}, ending));
    peer->finish();
    carry(house, *peer);
    CHECK(texts_of(peer->take()) == expected({1, 2}, ending));
    CHECK(peer->closed() == !ending.waits);
    CHECK(house.connections.size() == (ending.waits ? 1 : 0));
  }
}

TEST_CASE("TLS forgets a client that resets, at every point of the handshake", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kTlsCorefile, kTlsPlugins);
    const auto early = connect(house);
    early->send(framed({1, 2}, ending));
    early->reset();
    const auto half = connect(house);
    house.turn();
    half->reset();
    const auto late = connect(house);
    carry(house, *late);
    late->send(framed({3, 4}, ending));
    house.turn();
    late->reset();
    house.pass(kLong);
    CHECK(house.connections.size() == 0);
  }
}

// OpenSSL said of a write that the client had ended, and the worker tried for ever.
TEST_CASE("TLS forgets a client that ends its half, and resets while its queries wait",
          "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kTlsCorefile, kTlsPlugins);
    TlsPeer peer(house.connect(kClient, 100000),
                 net::only(world().client->connect("dns.test"), TLS1_2_VERSION));
    carry(house, peer);
    peer.send(framed({1, 2}, ending));
    peer.finish();
    house.turn();
    peer.reset();
    house.pass(kLong);
    CHECK(house.connections.size() == (ending.waits ? 1 : 0));
  }
}

TEST_CASE("TLS clients may ask once more of a server that leaves", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house(kTlsCorefile, kTlsPlugins);
    const auto peer = connect(house);
    const auto silent = connect(house);
    carry(house, *peer);
    carry(house, *silent);
    house.drain();
    peer->send(framed({1, 2}, ending));
    carry(house, *peer);
    CHECK(texts_of(peer->take()) == expected({1, 2}, ending));
    CHECK(peer->closed() == !ending.waits);
    CHECK(peer->end_joined() == (*ending.rcode != '\0'));
    house.pass(TcpConnection::kLastWord);
    CHECK(silent->closed());
  }
}

TEST_CASE("TLS answers all of one piece whose answers are more than may wait", "[transports]") {
  House house(kTlsCorefile, kTlsPlugins);
  const auto peer = connect(house, std::size_t{1} << 30);
  constexpr int kQueries = 2000;
  Bytes all;
  for (int i = 0; i < kQueries; ++i) {
    const Bytes one = framed(static_cast<std::uint16_t>(i), kEndings[0]);
    all.insert(all.end(), one.begin(), one.end());
  }
  peer->send(all);
  carry(house, *peer);
  const std::string texts = texts_of(peer->take());
  CHECK(std::count(texts.begin(), texts.end(), ' ') == kQueries);
}

TEST_CASE("TLS goes on with the session of an earlier connection", "[transports]") {
  House house(kTlsCorefile, kTlsPlugins);
  const auto client = world().trusting({});
  for (int i = 0; i < 3; ++i) {
    TlsPeer peer(house.connect(kClient), client->connect("dns.test"));
    peer.send(framed({1}, kEndings[0]));
    carry(house, peer);
    CHECK(texts_of(peer.take()) == "1NOERROR ");
    CHECK(peer.tls().resumed() == (i > 0));
  }
  CHECK(handshakes(house, "TLSv1.3", "false") == 1);
  CHECK(handshakes(house, "TLSv1.3", "true") == 2);
}

TEST_CASE("plain connections and those of TLS come to one port", "[transports]") {
  for (const Ending& ending : kEndings) {
    INFO(ending.name);
    House house("dns://.:853 tls://.:853 {\n secret\n scripted\n}\n", kTlsPlugins);
    TlsPeer secret(house.connect(kClient), world().client->connect("dns.test"));
    secret.limit_reads(1);
    secret.send(framed({1}, ending));
    const auto plain = house.connect(kClient);
    plain->send(framed({2}, ending));
    carry(house, secret);
    CHECK(texts_of(secret.take()) == expected({1}, ending));
    CHECK(texts_of(plain->take()) == expected({2}, ending));
    // Behind its first message it says what it likes.
    const Bytes hello{22, 3, 1, 0};
    plain->send(hello);
    house.pass(kLong);
    CHECK_FALSE(plain->closed());
  }
}

// OpenSSL goes on with new keys as long as more of them come, and nobody else had a turn.
TEST_CASE("TLS ends a client that only changes its keys", "[transports]") {
  House house(kTlsCorefile, kTlsPlugins);
  for (const int keys : {16, 17}) {
    net::TlsHandle handle = world().client->connect("dns.test");
    SSL* const client = handle.get();
    TlsPeer peer(house.connect(kClient), std::move(handle));
    peer.send(framed({1}, kEndings[0]));
    carry(house, peer);
    CHECK(texts_of(peer.take()) == "1NOERROR ");
    for (int i = 0; i < keys; ++i) {
      SSL_key_update(client, SSL_KEY_UPDATE_NOT_REQUESTED);
      SSL_do_handshake(client);
    }
    peer.send(framed({2}, kEndings[0]));
    carry(house, peer);
    CHECK(texts_of(peer.take()) == (keys > 16 ? "" : "2NOERROR "));
    CHECK(peer.closed() == (keys > 16));
  }
}

TEST_CASE("handshakes take turns: datagrams come in between", "[transports]") {
  House house("dns://.:853 tls://.:853 {\n secret\n scripted\n}\n", kTlsPlugins);
  std::vector<std::unique_ptr<TlsPeer>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(connect(house));
  house.send(kClient, query_bytes("now. A", {.id = 9}));
  std::size_t steps = 0;
  while (house.delivered.empty() && house.step() > 0) ++steps;
  CHECK(delivered(house) == "9NOERROR ");
  const auto begun = std::count_if(clients.begin(), clients.end(),
                                   [](const auto& client) { return client->carry(); });
  CHECK(begun <= 4);
}

TEST_CASE("a client that is through costs no more than an idle one", "[transports]") {
  House house(kTlsCorefile, kTlsPlugins);
  const auto peer = connect(house);
  carry(house, *peer);
  CHECK(peer->tls().state() == net::TlsStream::State::open);
  CHECK(house.dispatcher.clients().share().used() < 40 * 1024);
  CHECK(handshakes(house, "TLSv1.3", "false") + handshakes(house, "TLSv1.3", "true") == 1);
}

struct FailureRow {
  const char* name;
  const char* reason;
  std::function<void(House&)> client;
};

const FailureRow kFailures[]{
    {"plain DNS", "not_tls",
     [](House& house) {
       const auto peer = house.connect(kClient);
       peer->send(framed({1, 2, 3}, kEndings[0]));
       house.pass(kLong);
       CHECK(peer->closed());
     }},
    {"one that leaves at once", "ended",
     [](House& house) {
       const auto peer = house.connect(kClient);
       peer->finish();
       house.pass(kLong);
       CHECK(peer->closed());
     }},
    {"half a greeting, and silence", "unfinished",
     [](House& house) {
       const auto peer = house.connect(kClient);
       peer->send(Bytes{0x16, 3, 1, 2, 0, 1, 0});
       house.pass(house.listener().timeouts.read - kLong);
       CHECK_FALSE(peer->closed());
       house.pass(2 * kLong);
       CHECK(peer->closed());
     }},
    {"TLS 1.1", "version",
     [](House& house) {
       TlsPeer peer(house.connect(kClient),
                    net::only(world().client->connect("dns.test"), TLS1_1_VERSION));
       carry(house, peer);
       CHECK(peer.closed());
     }},
    {"one that does not like the certificate", "alert",
     [](House& house) {
       TlsPeer peer(house.connect(kClient), world().client->connect("another.test"));
       carry(house, peer);
       CHECK(peer.closed());
     }},
};

TEST_CASE("handshakes that come to nothing are counted, and others are served", "[transports]") {
  for (const FailureRow& row : kFailures) {
    DYNAMIC_SECTION(row.name) {
      House house(kTlsCorefile, kTlsPlugins);
      row.client(house);
      CHECK(failures(house, row.reason) == 1);
      CHECK(house.connections.size() == 0);
      const auto peer = connect(house);
      peer->send(framed({1}, kEndings[0]));
      carry(house, *peer);
      CHECK(texts_of(peer->take()) == "1NOERROR ");
      CHECK(handshakes(house, "TLSv1.3", "false") + handshakes(house, "TLSv1.3", "true") == 1);
    }
  }
}

TEST_CASE("handshakes that go no further cost no more than their share", "[transports]") {
  House house(kTlsCorefile, kTlsPlugins, {.memory = 1024 * 1024});
  std::vector<std::unique_ptr<net::MemoryPeer>> stalled;
  for (int i = 0; i < 100; ++i) {
    stalled.push_back(house.connect(kClient));
    stalled.back()->send(Bytes{0x16, 3, 1, 2, 0, 1, 0});
    house.turn();
  }
  CHECK(house.connections.size() < 20);
  const asio::ip::udp::endpoint other{asio::ip::make_address("198.51.100.8"), 4000};
  TlsPeer peer(house.connect(other), world().client->connect("dns.test"));
  peer.send(framed({1}, kEndings[0]));
  carry(house, peer);
  CHECK(texts_of(peer.take()) == "1NOERROR ");
}

}  // namespace catena::server
