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

// Logs call QUIC and HTTP/3 "udp", as CoreDNS; their streams take a message of any size (RFC 9250 section 4.2).
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

}  // namespace
}  // namespace catena
