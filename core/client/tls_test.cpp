// SPDX-License-Identifier: Apache-2.0
// Questions over TLS, to a server in memory that does what a test says.
#include "core/client/testing.hpp"
#include "core/net/memory_network.hpp"
#include "core/net/tls_testing.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <functional>
#include <vector>

namespace catena::client {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// The server's end of one connection, and of its TLS.
struct Session {
  Session(asio::io_context& io, const net::TlsContext& context)
      : client(io.get_executor()),
        wire(io.get_executor()),
        tls(wire.stream(), context.accept(), io.get_executor()) {}

  /// Takes what the client says, and answers whole questions with themselves and QR.
  void serve() {
    wire.send(client.take());
    Bytes room(4096);
    const net::Moved moved = tls.read_some(room);
    if (moved.how == net::Moved::How::some) {
      heard.insert(heard.end(), room.begin(),
                   room.begin() + static_cast<std::ptrdiff_t>(moved.size));
    }
    while (answers && heard.size() > 2 && heard.size() >= 2u + heard[1]) answer();
    client.send(wire.take());
  }
  void answer() {
    const std::size_t whole = 2u + heard[1];
    Bytes message(heard.begin(), heard.begin() + static_cast<std::ptrdiff_t>(whole));
    heard.erase(heard.begin(), heard.begin() + static_cast<std::ptrdiff_t>(whole));
    message[4] |= 0x80;
    tls.write_some(message);
    ++answered;
  }

  net::MemoryPeer client;
  net::MemoryPeer wire;
  net::TlsStream tls;
  Bytes heard;
  unsigned answered = 0;
  bool answers = true;
};

/// A channel over TLS. Its clock stands still.
struct Secure {
  explicit Secure(const std::string& name = "dns.test") {
    UpstreamOptions options;
    options.tls = world.client;
    options.tls_name = name;
    options.dial_limit = std::chrono::seconds(3);
    options.health_check.interval = std::chrono::milliseconds(10);
    const UpstreamCounters counters(registry, "test", "192.0.2.1:853", Encryption::tls);
    const Endpoint where(asio::ip::make_address("192.0.2.1"), 853);
    upstream = std::make_shared<const Upstream>(where, options, health, counters);
    channel = std::make_unique<Channel>(loop, upstream);
  }

  std::unique_ptr<net::ByteStream> connect() {
    if (refuses) return nullptr;
    return sessions.emplace_back(io, *world.server).client.stream();
  }

  void turn() {
    for (int round = 0; round < 20; ++round) {
      io.restart();
      io.poll();
      for (Session& session : sessions) {
        if (serves) session.serve();
      }
    }
  }
  void advance(Duration by) {
    clock.advance(by);
    deadlines.run_due(clock.now());
    turn();
  }
  std::string ask(const std::string& name = "www.example.org.") {
    Question question(name, {.wire = upstream->wire(Wire::udp)});
    question.ask(*channel);
    turn();
    return outcome(question);
  }
  static std::string outcome(const Question& question) {
    if (question.ends() == 0) return "waits";
    if (question.status() == ExchangeStatus::answered) return "answered";
    return to_text(question.exchange().fault());
  }

  net::TlsWorld world;
  asio::io_context io;
  ManualClock clock;
  net::Deadlines deadlines;
  Random random;
  metrics::Registry registry{2};
  std::deque<Session> sessions;
  bool serves = true;
  bool refuses = false;
  net::MemoryNetwork network{io.get_executor(), [](const auto&, const auto&) { return ENETDOWN; },
                             [this](const auto&, const auto&) { return connect(); }};
  UpstreamLoop loop{io.get_executor(), clock, deadlines, network, random, Lane{1}};
  std::shared_ptr<Health> health = std::make_shared<Health>();
  std::shared_ptr<const Upstream> upstream;
  std::unique_ptr<Channel> channel;
};

TEST_CASE("questions share a connection with TLS", "[client]") {
  Secure secure;
  CHECK(secure.ask() == "answered");
  CHECK(secure.ask() == "answered");
  CHECK(secure.sessions.size() == 1);
  const std::string text = secure.registry.text();
  CHECK_THAT(text, Catch::Contains("coredns_proxy_conn_cache_hits_total{proto=\"tcp-tls\",proxy_"
                                   "name=\"test\",to=\"192.0.2.1:853\"} 1"));
  CHECK_THAT(text, !Catch::Contains("proto=\"udp\""));
}

TEST_CASE("questions of one turn leave in one record", "[client]") {
  Secure secure;
  CHECK(secure.ask() == "answered");
  std::deque<Question> questions;
  for (int i = 0; i < 3; ++i) {
    questions.emplace_back("www.example.org.", Plan{.wire = Wire::tcp}).ask(*secure.channel);
  }
  secure.io.restart();
  secure.io.poll();
  const std::size_t each = 2 + 12 + 17 + 4;
  CHECK(secure.sessions.front().client.untaken() == 3 * each + 22);
  secure.turn();
  for (const Question& question : questions) CHECK(Secure::outcome(question) == "answered");
}

TEST_CASE("a connection that the server has closed is made anew, and shortly", "[client]") {
  Secure secure;
  CHECK(secure.ask() == "answered");
  CHECK(!secure.sessions.front().tls.resumed());
  secure.sessions.front().tls.close();
  secure.turn();
  secure.sessions.front().client.finish();
  CHECK(secure.ask() == "answered");
  REQUIRE(secure.sessions.size() == 2);
  CHECK(secure.sessions.back().tls.resumed());
}

TEST_CASE("certificates that are refused are said to be, as Go says it", "[client]") {
  SECTION("the certificate is for others") {
    Secure secure("other.test");
    CHECK(secure.ask() ==
          "tls: failed to verify certificate: x509: certificate is not valid for other.test");
    CHECK(secure.sessions.size() == 1);
  }
  SECTION("without a name the address is expected") {
    Secure secure("");
    CHECK(secure.ask() ==
          "tls: failed to verify certificate: x509: certificate is not valid for 192.0.2.1");
  }
  Secure secure;
  SECTION("nobody knows who signed it") {
    const test::Authority stranger("stranger");
    REQUIRE(secure.world.server->reload(stranger.issue("DNS:dns.test").shown()).has_value());
    CHECK(secure.ask() ==
          "tls: failed to verify certificate: x509: certificate signed by unknown authority");
  }
  SECTION("the server wants a certificate") {
    net::TlsMaterial strict = secure.world.authority.issue("DNS:dns.test").shown();
    strict.client_auth = net::ClientAuth::require;
    REQUIRE(secure.world.server->reload(strict).has_value());
    CHECK(secure.ask() == "remote error: tls: certificate required");
  }
  SECTION("nobody is there") {
    secure.refuses = true;
    CHECK(secure.ask() == "dial tcp 192.0.2.1:853: connect: connection refused");
  }
}

TEST_CASE("a handshake that comes to nothing is said to, as Go says it", "[client]") {
  Secure secure;
  secure.serves = false;
  Question question("www.example.org.", {.wire = Wire::tcp});
  SECTION("the server speaks plain DNS") {
    question.ask(*secure.channel);
    secure.turn();
    secure.sessions.front().client.send(Bytes(32, 0));
    secure.turn();
    CHECK(Secure::outcome(question) == "tls: first record does not look like a TLS handshake");
  }
  SECTION("the server leaves in the midst of the handshake") {
    question.ask(*secure.channel);
    secure.turn();
    secure.sessions.front().client.finish();
    secure.turn();
    CHECK(Secure::outcome(question) == "EOF");
  }
  SECTION("the connection is reset in the midst of the handshake") {
    question.ask(*secure.channel);
    secure.turn();
    secure.sessions.front().client.reset();
    secure.turn();
    CHECK(Secure::outcome(question) == "dial tcp 192.0.2.1:853: connect: connection reset by peer");
  }
  SECTION("the handshake stalls for longer than this question waits") {
    Question hasty("www.example.org.", {.wire = Wire::tcp, .dial_limit = std::chrono::seconds(1)});
    hasty.ask(*secure.channel);
    question.ask(*secure.channel);
    secure.turn();
    secure.advance(std::chrono::seconds(1));
    CHECK(Secure::outcome(hasty) == "dial tcp 192.0.2.1:853: i/o timeout");
    CHECK(Secure::outcome(question) == "waits");
    secure.serves = true;
    secure.turn();
    CHECK(Secure::outcome(question) == "answered");
  }
  SECTION("the handshake stalls") {
    question.ask(*secure.channel);
    secure.turn();
    secure.advance(std::chrono::seconds(2));
    CHECK(Secure::outcome(question) == "waits");
    secure.advance(std::chrono::seconds(1));
    CHECK(Secure::outcome(question) == "dial tcp 192.0.2.1:853: i/o timeout");
    CHECK(secure.sessions.front().client.closed());
  }
}

TEST_CASE("what is left open on a connection with TLS is asked again on another", "[client]") {
  Secure secure;
  CHECK(secure.ask() == "answered");
  secure.sessions.front().answers = false;
  Question question("www.example.org.", {.wire = Wire::tcp});
  question.ask(*secure.channel);
  secure.turn();
  CHECK(Secure::outcome(question) == "waits");
  secure.sessions.front().client.finish();
  secure.turn();
  CHECK(Secure::outcome(question) == "answered");
  CHECK(secure.sessions.size() == 2);
}

TEST_CASE("probes go over TLS too", "[client]") {
  Secure secure("other.test");
  secure.channel->probe();
  secure.turn();
  CHECK(secure.health->fails() == 1);
  REQUIRE(secure.world.server->reload(secure.world.authority.issue("DNS:other.test").shown())
              .has_value());
  secure.advance(std::chrono::milliseconds(10));
  CHECK(secure.health->fails() == 0);
  CHECK(secure.sessions.size() == 2);
}

}  // namespace
}  // namespace catena::client
