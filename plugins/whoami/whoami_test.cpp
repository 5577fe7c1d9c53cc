// SPDX-License-Identifier: Apache-2.0
#include "plugins/whoami/whoami.hpp"

#include "core/plugin/chain.hpp"

#include "test/support/incoming_query.hpp"

#include <catch2/catch.hpp>

namespace catena::whoami {
namespace {

struct Case {
  const char* name;
  const char* ask;
  const char* client;
  Protocol protocol = Protocol::udp;
  const char* additional;
};

const Case kCases[] = {
    {.name = "an IPv4 client over UDP",
     .ask = "example.org. A",
     .client = "192.0.2.7",
     .additional = "example.org. 0 IN A 192.0.2.7\n_udp.example.org. 0 IN SRV 0 0 4242 ."},
    {.name = "an IPv6 client over TCP, in its own letter case",
     .ask = "eXample.org. MX",
     .client = "2001:db8::7",
     .protocol = Protocol::tcp,
     .additional = "eXample.org. 0 IN AAAA 2001:db8::7\n_tcp.eXample.org. 0 IN SRV 0 0 4242 ."},
    {.name = "the root has a port too",
     .ask = ". NS",
     .client = "192.0.2.7",
     .additional = ". 0 IN A 192.0.2.7\n_udp. 0 IN SRV 0 0 4242 ."},
};

TEST_CASE("whoami tells who asked", "[whoami]") {
  const Chain chain;
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Transport transport;
      transport.protocol = c.protocol;
      transport.client = {asio::ip::make_address(c.client), 4242};
      test::IncomingQuery incoming(c.ask, {}, transport);
      Query& query = incoming.query;
      const Whoami whoami;
      const Reply reply = whoami.serve(query, chain.first());
      REQUIRE(reply.ready());
      CHECK(reply.outcome() == Outcome::respond);
      CHECK(query.response().flags.has(dns::Flags::kAA));
      CHECK(query.response().answer().empty());
      CHECK_THAT(test::lines(query.response().additional()), test::is_records(c.additional));
    }
  }
}

}  // namespace
}  // namespace catena::whoami
