// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/registry.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::myaddr {

PluginEntry entry();

namespace {

struct Case {
  const char* name;
  const char* question;
  const char* client;
  const char* answer;
};

TEST_CASE("myaddr tells the address of who asks", "[myaddr]") {
  const Case cases[] = {
      {"IPv4", "me.example. A", "192.0.2.7", "me.example. 0 IN A 192.0.2.7"},
      {"IPv6", "me.example. AAAA", "2001:db8::7", "me.example. 0 IN AAAA 2001:db8::7"},
      {"the other family", "me.example. AAAA", "192.0.2.7", ""},
      {"with the port", "Me.example. TXT", "192.0.2.7",
       "Me.example. 0 IN TXT \"192.0.2.7 port 4242\""},
  };
  test::PluginSetup read("myaddr", entry().setup, "myaddr me.example");
  REQUIRE(read.errors().empty());
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Transport transport;
      transport.client = {asio::ip::make_address(c.client), 4242};
      test::IncomingQuery incoming(c.question, {}, transport);
      CHECK(read.chain().first()(incoming.query).outcome() == Outcome::respond);
      CHECK_THAT(test::lines(incoming.query.response().answer()), test::is_records(c.answer));
    }
  }
}

TEST_CASE("myaddr leaves other names to the others", "[myaddr]") {
  test::PluginSetup read("myaddr", entry().setup, "myaddr me.example");
  test::IncomingQuery incoming("www.me.example. A");
  CHECK(read.chain().first()(incoming.query).outcome() == Outcome::respond);
  CHECK(incoming.query.failure() == "plugin/myaddr: no next plugin found");
}

}  // namespace
}  // namespace catena::myaddr
