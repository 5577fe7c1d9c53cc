// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_stream.hpp"

#include "core/net/openssl.hpp"
#include "core/net/tls_testing.hpp"

#include <catch2/catch.hpp>

#include <string_view>

namespace catena::net {
namespace {

using State = TlsStream::State;

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// A server alone, and what it says to these bytes.
struct Alone {
  explicit Alone(const TlsContext& context, TlsHandle handle = nullptr)
      : end(io, handle ? std::move(handle) : context.accept()) {}
  std::string hears(std::string_view bytes) {
    end.peer.send(bytes_of(bytes));
    return end.read();
  }
  boost::asio::io_context io;
  TlsPair::End end;
};

}  // namespace

TEST_CASE("Both ends come to speak, in whatever pieces the bytes arrive") {
  const TlsWorld world;
  const std::size_t piece = GENERATE(1, 2, 5, 100, 1000, 100000);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsPair pair(only(world.client->connect("dns.test"), version), world.server->accept());
  pair.shake(piece);
  CHECK(pair.last_client == "later");
  CHECK(pair.last_server == "later");
  CHECK(pair.server.tls.version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  CHECK(pair.client.write("question").size == 8);
  pair.carry(piece);
  CHECK(pair.server.read() == "question");
  CHECK(pair.server.write("answer").size == 6);
  pair.carry(piece);
  CHECK(pair.client.read() == "answer");
  CHECK(pair.client.read() == "later");
}

// OpenSSL says that the peer has ended, of a write too, and a write that says so would be tried
// again for ever.
TEST_CASE("A write fails behind the end of a peer that resets") {
  const TlsWorld world;
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsPair pair(only(world.client->connect("dns.test"), version), world.server->accept());
  pair.shake();
  pair.server.peer.finish();
  CHECK(pair.server.read() == "end");
  pair.server.peer.reset();
  CHECK(pair.server.write("answer").how == Moved::How::failed);
}

TEST_CASE("Who waits is told when the handshake is through") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.client.tls.wait_writable();
  pair.server.tls.wait_readable();
  for (int i = 0; i < 10; ++i) {
    pair.turn();
    pair.server.peer.send(pair.client.peer.take());
    pair.client.peer.send(pair.server.peer.take());
    // A server's reader says when.
    CHECK(pair.server.peer.untaken() == 0);
    if (std::exchange(pair.server.told, "").empty()) continue;
    CHECK(pair.server.read() == "later");
    pair.server.tls.wait_readable();
  }
  CHECK(pair.client.told == "w");
  CHECK(pair.server.told.empty());
  CHECK(pair.server.tls.state() == State::open);
  pair.client.write("question");
  pair.carry();
  pair.turn();
  CHECK(pair.server.told == "r");
  CHECK(pair.server.read() == "question");
}

TEST_CASE("One write is one record, and one read takes all that is there") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.shake();
  pair.server.write(std::string(300, 'a'));
  CHECK(pair.server.peer.untaken() == 300 + 22);
  for (int i = 0; i < 9; ++i) pair.server.write("b");
  pair.carry();
  CHECK(pair.client.read() == std::string(300, 'a') + "bbbbbbbbb");
  CHECK(pair.client.read() == "later");
}

TEST_CASE("Decrypted bytes that were left over are told of") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.shake();
  pair.client.write("question");
  pair.carry();
  std::uint8_t one = 0;
  CHECK(pair.server.tls.read_some({&one, 1}).size == 1);
  pair.server.tls.wait_readable();
  CHECK(pair.server.told.empty());
  pair.turn();
  CHECK(pair.server.told == "r");
  CHECK(pair.server.read() == "uestion");
}

TEST_CASE("A record that has come in part is waited for, not asked about") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.shake();
  pair.client.write("question");
  pair.server.peer.send(pair.client.peer.take(10));
  CHECK(pair.server.read() == "later");
  pair.server.tls.wait_readable();
  pair.turn();
  CHECK(pair.server.told.empty());
  pair.carry();
  pair.turn();
  CHECK(pair.server.told == "r");
  CHECK(pair.server.read() == "question");
}

TEST_CASE("Ends of a connection") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.shake();
  SECTION("a goodbye is an end") {
    pair.client.write("last");
    pair.client.tls.close();
    pair.carry();
    CHECK(pair.server.read() == "last");
    CHECK(pair.server.read() == "end");
    CHECK(pair.server.read() == "end");
    CHECK(!pair.server.tls.cut());
    CHECK(pair.server.write("answer").how == Moved::How::some);
  }
  SECTION("an end without goodbye is one too, and told apart") {
    pair.server.peer.finish();
    CHECK(pair.server.read() == "end");
    CHECK(pair.server.tls.cut());
    CHECK(pair.server.write("answer").how == Moved::How::some);
  }
  SECTION("the goodbye comes in one with the last bytes") {
    pair.server.tls.join_end();
    CHECK(pair.server.peer.end_joined());
    pair.server.write("last");
    const std::size_t before = pair.server.peer.untaken();
    pair.server.tls.close();
    CHECK(pair.server.peer.untaken() == before + 24);
    CHECK(pair.server.peer.closed());
  }
  SECTION("a reset says nothing") {
    pair.server.tls.reset();
    CHECK(pair.server.peer.untaken() == 0);
    CHECK(pair.server.peer.closed());
    CHECK(pair.server.read().starts_with("failed"));
  }
  SECTION("a record that was changed on its way") {
    pair.client.write("question");
    auto bytes = pair.client.peer.take();
    bytes.back() ^= 1;
    pair.server.peer.send(bytes);
    CHECK(pair.server.read().starts_with("failed: tls: "));
    CHECK(pair.server.tls.failure().fault == TlsFault::protocol);
    CHECK(pair.server.write("x").how == Moved::How::failed);
    pair.carry();
    CHECK(pair.client.read() == "failed: remote error: tls: bad record MAC");
  }
}

TEST_CASE("What a server hears instead of a handshake") {
  const TlsWorld world;
  Alone server(*world.server);
  struct Case {
    const char* name;
    std::string bytes;
    TlsFault fault;
  };
  using namespace std::string_literals;
  const Case cases[] = {
      {"a question of plain DNS", "\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1"s,
       TlsFault::not_tls},
      {"a page is asked for", "GET / HTTP/1.1\r\n\r\n", TlsFault::not_tls},
      {"zeros", std::string(64, '\0'), TlsFault::not_tls},
      {"a hello that says it is as long as OpenSSL would take", "\x16\3\1\1\0\1\2\0\0"s,
       TlsFault::too_large},
      {"an alert", "\x15\3\3\0\2\2\x28"s, TlsFault::protocol},
      {"encrypted bytes at once", "\x17\3\3\0\2\2\x28"s, TlsFault::protocol},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(server.hears(c.bytes).starts_with("failed: "));
      CHECK(to_string(server.end.tls.failure().fault) == to_string(c.fault));
      CHECK(server.end.tls.state() == State::failed);
      CHECK(server.end.read().starts_with("failed: "));
      server.end.tls.wait_readable();
      server.io.poll();
      CHECK(server.end.told == "r");
    }
  }
  SECTION("half a handshake, then nothing") {
    boost::asio::io_context io;
    TlsPair::End client(io, world.client->connect("dns.test"));
    client.read();
    const auto hello = client.peer.take();
    server.end.peer.send(std::span(hello).first(hello.size() / 2));
    CHECK(server.end.read() == "later");
    CHECK(server.end.tls.state() == State::handshaking);
    server.end.peer.finish();
    CHECK(server.end.read() == "end");
    CHECK(server.end.tls.failure().fault == TlsFault::ended);
  }
  SECTION("a reset in the middle") {
    server.end.peer.reset();
    CHECK(server.end.read() == "failed: Connection reset by peer");
    CHECK(server.end.tls.failure().fault == TlsFault::broken);
  }
}

TEST_CASE("Old versions are refused") {
  const TlsWorld world;
  TlsPair pair(only(world.client->connect("dns.test"), TLS1_1_VERSION), world.server->accept());
  pair.shake();
  CHECK(pair.server.tls.failure().fault == TlsFault::version);
  CHECK(pair.client.tls.failure().text == "remote error: tls: protocol version not supported");
}

TEST_CASE("Whom a client trusts, and by what name") {
  const TlsWorld world;
  const test::Authority stranger("stranger");
  const test::Authority namesake;
  const auto outcome = [&](const TlsMaterial& shown, const std::string& name) {
    const auto server = world.serving(shown);
    const auto client = world.trusting({});
    TlsPair pair(*client, *server, name);
    pair.shake();
    if (pair.client.tls.state() == State::open) return std::string("open");
    CHECK(pair.client.tls.failure().fault == TlsFault::certificate);
    CHECK(pair.server.tls.failure().fault == TlsFault::alert);
    return pair.client.tls.failure().text;
  };
  const std::string begin = "tls: failed to verify certificate: x509: certificate ";
  const TlsMaterial named = world.authority.issue("DNS:dns.test,IP:192.0.2.1").shown();
  CHECK(outcome(named, "dns.test") == "open");
  CHECK(outcome(named, "DNS.test.") == "open");
  CHECK(outcome(named, "192.0.2.1") == "open");
  CHECK(outcome(named, "other.test") == begin + "is not valid for other.test");
  CHECK(outcome(named, "192.0.2.2") == begin + "is not valid for 192.0.2.2");
  CHECK(outcome(world.authority.issue("").shown(), "end") == begin + "is not valid for end");
  CHECK(outcome(stranger.issue("DNS:dns.test").shown(), "dns.test") ==
        begin + "signed by unknown authority");
  CHECK(outcome(namesake.issue("DNS:dns.test").shown(), "dns.test") ==
        begin + "signed by unknown authority");
  CHECK(outcome(world.authority.issue("DNS:dns.test", {-7200, -3600}).shown(), "dns.test") ==
        begin + "has expired or is not yet valid");
  CHECK(outcome(world.authority.issue("DNS:dns.test", {3600, 7200}).shown(), "dns.test") ==
        begin + "has expired or is not yet valid");
  SECTION("none is looked at where nobody wants to know") {
    const auto client = TlsContext::client({.verification = Verification::none}).value();
    TlsPair pair(*client, *world.server, "other.test");
    CHECK(pair.shake().client.tls.state() == State::open);
  }
}

TEST_CASE("What a server wants of its clients") {
  const TlsWorld world;
  const test::Authority stranger;
  enum Shown { nothing, trusted, unknown };
  struct Case {
    ClientAuth wanted;
    Shown shown;
    TlsFault fault;
  };
  const Case cases[] = {
      {ClientAuth::none, nothing, TlsFault::none},
      {ClientAuth::none, unknown, TlsFault::none},
      {ClientAuth::request, nothing, TlsFault::none},
      {ClientAuth::request, unknown, TlsFault::none},
      {ClientAuth::require, nothing, TlsFault::no_certificate},
      {ClientAuth::require, unknown, TlsFault::none},
      {ClientAuth::verify_if_given, nothing, TlsFault::none},
      {ClientAuth::verify_if_given, trusted, TlsFault::none},
      {ClientAuth::verify_if_given, unknown, TlsFault::certificate},
      {ClientAuth::require_and_verify, nothing, TlsFault::no_certificate},
      {ClientAuth::require_and_verify, trusted, TlsFault::none},
      {ClientAuth::require_and_verify, unknown, TlsFault::certificate},
  };
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.wanted), c.shown);
    TlsMaterial material = world.authority.issue("DNS:dns.test").shown();
    material.client_auth = c.wanted;
    material.authorities = world.authority.pem();
    TlsMaterial own;
    if (c.shown != nothing)
      own = (c.shown == trusted ? world.authority : stranger).issue("").shown();
    const auto server = world.serving(material);
    const auto client = world.trusting(own);
    TlsPair pair(*client, *server);
    pair.shake();
    CHECK(to_string(pair.server.tls.failure().fault) == to_string(c.fault));
    if (c.fault != TlsFault::none)
      CHECK(pair.last_client.starts_with("failed: remote error: tls: "));
  }
}

TEST_CASE("Protocols are agreed upon, or not") {
  const TlsWorld world;
  const auto agreed = [&](std::vector<std::string> ours, std::vector<std::string> theirs) {
    TlsMaterial shown = world.authority.issue("DNS:dns.test").shown();
    shown.alpn = std::move(ours);
    const auto server = world.serving(shown);
    const auto client = world.trusting({.alpn = std::move(theirs)});
    TlsPair pair(*client, *server);
    pair.shake();
    CHECK(pair.client.tls.alpn() == pair.server.tls.alpn());
    return pair.client.tls.state() == State::open ? std::string(pair.client.tls.alpn())
                                                  : pair.client.tls.failure().text;
  };
  CHECK(agreed({}, {}).empty());
  CHECK(agreed({}, {"dot"}).empty());
  CHECK(agreed({"h2", "http/1.1"}, {}).empty());
  CHECK(agreed({"h2", "http/1.1"}, {"http/1.1", "h2"}) == "h2");
  CHECK(agreed({"h2"}, {"dot"}) == "remote error: tls: no application protocol");
}

TEST_CASE("A client does not renegotiate") {
  const TlsWorld world;
  TlsHandle handle = only(world.client->connect("dns.test"), TLS1_2_VERSION);
  SSL* client = handle.get();
  SSL_clear_options(client, SSL_OP_NO_RENEGOTIATION);
  TlsPair pair(std::move(handle), world.server->accept());
  pair.shake();
  REQUIRE(pair.server.tls.version() == "TLSv1.2");
  REQUIRE(SSL_renegotiate(client) == 1);
  SSL_do_handshake(client);
  pair.carry();
  CHECK(pair.server.read() == "later");
  CHECK(pair.server.tls.state() == State::open);
  const std::size_t said = pair.server.peer.untaken();
  CHECK(said > 0);
  CHECK(said < 64);
}

TEST_CASE("What the stream below does not take is written again and arrives once") {
  const TlsWorld world;
  TlsPair pair(*world.client, *world.server);
  pair.shake();
  const std::string text(200000, 'x');
  std::size_t written = 0;
  std::string arrived;
  while (written < text.size()) {
    const Moved moved = pair.server.write(text.substr(written));
    if (moved.how == Moved::How::some) written += moved.size;
    if (moved.how != Moved::How::later) continue;
    CHECK(pair.server.tls.unsent() > MemoryPeer::kWindow);
    CHECK(pair.server.tls.held() > 17 * 1024);
    pair.server.told.clear();
    pair.server.tls.wait_writable();
    pair.turn();
    CHECK(pair.server.told.empty());
    pair.client.peer.send(pair.server.peer.take(1000));
    pair.carry();
    for (std::string more; (more = pair.client.read()) != "later";) arrived += more;
    pair.turn();
    CHECK(pair.server.told == "w");
  }
  pair.carry();
  for (std::string more; (more = pair.client.read()) != "later";) arrived += more;
  CHECK(arrived == text);
  CHECK(pair.server.tls.unsent() == 0);
}

TEST_CASE("A stream without memory for TLS has failed") {
  boost::asio::io_context io;
  TlsPair::End end(io, nullptr);
  CHECK(end.tls.state() == State::failed);
  CHECK(end.read() == "failed: tls: out of memory");
  CHECK(end.tls.held() == 0);
  CHECK(end.tls.alpn().empty());
}

}  // namespace catena::net
