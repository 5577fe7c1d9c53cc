// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/query.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

// Logged as {size} and counted: 28 bytes where CoreDNS had 39, as long as the OPT was left out.
TEST_CASE("a question of the server's own has the size of one that a client sends", "[query]") {
  test::TestEngine engine;
  for (const std::uint16_t size : {0, 1232}) {
    test::QueryOptions options;
    if (size != 0) options.edns_size = size;
    const auto bytes = test::query_bytes("example.org. A", options);
    Query parent(engine);
    parent.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
    Query own(engine);
    own.begin_like(parent, parent.question());
    CHECK(own.size() == bytes.size());
  }
}

// Logs call QUIC and HTTP/3 "udp", as CoreDNS; their streams take a message of any size (RFC 9250
// section 4.2).
TEST_CASE("what may leave in one message is the protocol's matter, not its label's", "[query]") {
  struct Row {
    Protocol protocol;
    std::string_view label;
    std::size_t limit;
  };
  for (const Row& row : {Row{Protocol::udp, "udp", 1232}, Row{Protocol::tcp, "tcp", 65535},
                         Row{Protocol::tls, "tcp", 65535}, Row{Protocol::https, "tcp", 65535},
                         Row{Protocol::https3, "udp", 65535}, Row{Protocol::quic, "udp", 65535},
                         Row{Protocol::grpc, "tcp", 65535}}) {
    CAPTURE(row.label, row.limit);
    test::IncomingQuery incoming("a.example. A", {.edns_size = 1232}, {.protocol = row.protocol});
    CHECK(to_string(row.protocol) == row.label);
    CHECK(incoming.query.response_limit() == row.limit);
  }
}

/// A client's question with an OPT record of 1,400 bytes and a cookie.
class Asked {
 public:
  explicit Asked(Protocol protocol = Protocol::udp) : query(engine_) {
    query.begin(dns::MessageView::parse(bytes_).value(), {.protocol = protocol}, {});
  }

 private:
  test::TestEngine engine_;
  const std::vector<std::uint8_t> kCookie{0, 10, 0, 2, 'a', 'b'};
  const std::vector<std::uint8_t> bytes_ =
      test::query_bytes("WWW.example.org. A", {.edns_size = 1400, .edns_options = kCookie});

 public:
  Query query;
};

TEST_CASE("what is shown is what was asked until somebody changes it", "[query]") {
  Asked asked;
  Query& query = asked.query;
  CHECK(&query.shown() == &query.asked());
  query.change().question.type = dns::Type::AAAA;
  CHECK(&query.shown() != &query.asked());
  query.change().flags.set(dns::Flags::kCD);
  query.change_edns().options = {};
  query.change_edns().flags |= dns::Edns::kDO;
  CHECK(query.type() == dns::Type::AAAA);
  CHECK(query.name().to_text() == "WWW.example.org.");
  CHECK(query.checking_disabled());
  CHECK(query.dnssec_ok());
  CHECK(query.edns()->options.empty());
  CHECK(query.edns()->udp_size == 1400);
  CHECK(query.asked().question.type == dns::Type::A);
  CHECK_FALSE(query.asked().flags.has(dns::Flags::kCD));
  CHECK_FALSE(query.asked().dnssec_ok());
  CHECK(query.asked().edns->options.size() == 6);
}

TEST_CASE("a question that another one leads to begins with what that one shows", "[query]") {
  Asked asked;
  asked.query.change_edns().udp_size = 600;
  test::TestEngine engine;
  Query inner(engine);
  inner.begin_like(asked.query, asked.query.question());
  CHECK(&inner.shown() == &inner.asked());
  CHECK(inner.asked().edns->udp_size == 600);
  CHECK(inner.udp_size() == 600);
}

TEST_CASE("an OPT record that a plugin adds is for upstreams", "[query]") {
  test::IncomingQuery incoming("a.example. A");
  Query& query = incoming.query;
  const std::uint16_t size = query.change_edns().udp_size;
  CHECK(size == 4096);
  CHECK_FALSE(query.dnssec_ok());
  CHECK_FALSE(query.asked().edns);
  CHECK(query.response_limit() == 512);
  CHECK(query.upstream_limit() == 4096);
}

TEST_CASE("the size of datagrams only falls, for clients and upstreams", "[query]") {
  Asked asked;
  Query& query = asked.query;
  query.lower_udp_size(4096);
  CHECK(query.udp_size() == 1400);
  CHECK(&query.shown() == &query.asked());
  query.lower_udp_size(1232);
  CHECK(query.udp_size() == 1232);
  CHECK(query.response_limit() == 1232);
  CHECK(query.upstream_limit() == 1232);
  CHECK(query.asked().edns->udp_size == 1400);
  query.change_edns().udp_size = 512;
  CHECK(query.response_limit() == 1232);
  CHECK(query.upstream_limit() == 512);
  query.lower_udp_size(100);
  CHECK(query.udp_size() == 100);
  CHECK(query.response_limit() == 512);
}

TEST_CASE("on streams a message has any size", "[query]") {
  Asked asked(Protocol::tls);
  asked.query.lower_udp_size(512);
  CHECK(asked.query.response_limit() == 65535);
  CHECK(asked.query.upstream_limit() == 65535);
}

}  // namespace
}  // namespace catena
