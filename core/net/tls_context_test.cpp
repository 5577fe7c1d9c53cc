// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_context.hpp"

#include "core/base/small_file.hpp"
#include "core/net/openssl.hpp"
#include "core/net/tls_testing.hpp"
#include "core/net/tls_tickets.hpp"

#include <catch2/catch.hpp>

namespace catena::net {
namespace {

using State = TlsStream::State;

TlsMaterial shown_by(const test::Identity& identity) { return identity.shown(); }

}  // namespace

TEST_CASE("TLS material that is wrong is named") {
  const TlsWorld world;
  const test::Identity one = world.authority.issue("DNS:x");
  const test::Identity two = world.authority.issue("DNS:x");
  const auto complaint = [](TlsMaterial material) {
    const auto context = TlsContext::client(material);
    return context ? std::string() : context.error().text;
  };
  const auto server_complaint = [&](TlsMaterial material) {
    const auto context = TlsContext::server(material, world.clock);
    return context ? std::string() : context.error().text;
  };
  CHECK(complaint({}).empty());
  CHECK(complaint({.authorities = Pem{"", "f"}}).empty());
  CHECK(complaint({.authorities = Pem{"junk", "ca.crt"}}).starts_with("ca.crt: "));
  CHECK(complaint({.authorities = Pem{"text\n" + one.certificate + two.certificate, "f"}}).empty());
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{one.key, "k"}}).empty());
  CHECK(complaint({.certificate = Pem{"junk", "c"}, .key = Pem{one.key, "k"}}).starts_with("c: "));
  CHECK(complaint({.certificate = Pem{"", "c"}, .key = Pem{one.key, "k"}}).starts_with("c: "));
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{"junk", "k"}})
            .starts_with("k: "));
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{two.key, "k"}}) ==
        "c and k do not belong together");
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}}).find("together") !=
        std::string::npos);
  // A file that was half written when it was read.
  const std::string half = one.certificate.substr(0, one.certificate.size() / 2);
  CHECK(complaint({.certificate = Pem{half, "c"}, .key = Pem{one.key, "k"}}).starts_with("c: "));
  CHECK(server_complaint({}) == "a server needs a certificate");
  CHECK(server_complaint(shown_by(one)).empty());
  CHECK(ERR_peek_error() == 0);
  CHECK(read_small_file("/nonexistent/file").error().text.starts_with("open /nonexistent/file: "));
}

TEST_CASE("Policies of two servers are compared") {
  const TlsWorld world;
  const test::Authority other;
  const test::Identity identity = world.authority.issue("DNS:x");
  const auto policy = [&](TlsMaterial material) { return world.serving(material)->policy(); };
  TlsMaterial plain = identity.shown();
  const TlsPolicy same = policy(plain);
  CHECK(difference(same, policy(plain)).empty());
  CHECK(same == policy(plain));
  CHECK(difference(same, policy(world.authority.issue("DNS:x").shown())) ==
        "server certificates differ");
  TlsMaterial asking = plain;
  asking.client_auth = ClientAuth::require;
  CHECK(difference(same, policy(asking)) == "client authentication policies differ");
  TlsMaterial judging = plain;
  judging.authorities = world.authority.pem();
  CHECK(difference(same, policy(judging)) == "client CA pools differ");
  TlsMaterial both = judging;
  both.authorities->text = other.certificate() + world.authority.certificate();
  TlsMaterial turned = judging;
  turned.authorities->text =
      world.authority.certificate() + other.certificate() + other.certificate();
  CHECK(difference(policy(judging), policy(both)) == "client CA pools differ");
  CHECK(difference(policy(turned), policy(both)).empty());
}

TEST_CASE("Certificates change while connections last") {
  const TlsWorld world;
  TlsPair before(*world.client, *world.server);
  before.shake();
  const test::Authority another;
  REQUIRE(world.server->reload(another.issue("DNS:dns.test").shown()).has_value());
  SECTION("who has a connection keeps it") {
    CHECK(before.client.write("question").how == Moved::How::some);
    before.carry();
    CHECK(before.server.read() == "question");
  }
  SECTION("who comes sees the new one") {
    const auto stranger = world.trusting({});
    TlsPair after(*stranger, *world.server);
    after.shake();
    CHECK(after.client.tls.failure().fault == TlsFault::certificate);
    TlsMaterial trust{.authorities = another.pem()};
    const auto friendly = TlsContext::client(trust).value();
    TlsPair good(*friendly, *world.server);
    CHECK(good.shake().client.tls.state() == State::open);
  }
  SECTION("what is broken changes nothing") {
    TlsMaterial broken = another.issue("DNS:dns.test").shown();
    broken.key = world.authority.issue("DNS:dns.test").shown().key;
    const TlsPolicy policy = world.server->policy();
    CHECK(!world.server->reload(broken).has_value());
    CHECK(world.server->policy() == policy);
    const auto friendly = TlsContext::client({.authorities = another.pem()}).value();
    TlsPair good(*friendly, *world.server);
    CHECK(good.shake().client.tls.state() == State::open);
  }
}

TEST_CASE("Sessions are resumed") {
  TlsWorld world;
  const auto resumes = [&] {
    TlsPair pair(*world.client, *world.server);
    pair.shake();
    REQUIRE(pair.server.tls.state() == State::open);
    CHECK(pair.client.tls.resumed() == pair.server.tls.resumed());
    return pair.client.tls.resumed();
  };
  CHECK(!resumes());
  CHECK(resumes());
  SECTION("not with another server") {
    TlsHandle other = world.client->connect("dns.test", "192.0.2.1:853");
    CHECK(SSL_get_session(other.get()) == nullptr);
    TlsHandle same = world.client->connect("dns.test");
    CHECK(SSL_get_session(same.get()) != nullptr);
  }
  SECTION("with the key before the newest, and with none that is older") {
    world.clock.advance(TlsTickets::kPeriod);
    CHECK(resumes());
    world.clock.advance(2 * TlsTickets::kPeriod);
    CHECK(!resumes());
  }
  SECTION("across a new certificate") {
    REQUIRE(world.server->reload(world.authority.issue("DNS:dns.test").shown()).has_value());
    CHECK(resumes());
  }
  SECTION("but not past a certificate that clients must show by now") {
    TlsMaterial strict = world.authority.issue("DNS:dns.test").shown();
    strict.client_auth = ClientAuth::require;
    REQUIRE(world.server->reload(strict).has_value());
    TlsPair pair(*world.client, *world.server);
    pair.shake();
    CHECK(pair.server.tls.failure().fault == TlsFault::no_certificate);
  }
  SECTION("not by a client that trusts others by now") {
    REQUIRE(world.client->reload({.authorities = world.authority.pem()}).has_value());
    CHECK(!resumes());
  }
}

TEST_CASE("Tickets of TLS 1.3 are used once, sessions of TLS 1.2 again") {
  const TlsWorld world;
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto connect = [&] {
    TlsPair pair(only(world.client->connect("dns.test"), version), world.server->accept());
    return pair.shake().client.tls.resumed();
  };
  CHECK(!connect());
  CHECK(connect());
  CHECK(connect());
}

}  // namespace catena::net
