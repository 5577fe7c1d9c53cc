// SPDX-License-Identifier: Apache-2.0
#include "test/support/messages.hpp"
#include "test/support/records.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace catena;

TEST_CASE("records in tests are canonical lines") {
  CHECK(test::records("\n  B. 60 a 192.0.2.1\n\ta.  *  IN  TXT x y \n") ==
        test::Lines{"B. 60 IN A 192.0.2.1", R"(a. * IN TXT "x" "y")"});
  CHECK(test::sorted({"b", "a"}) == test::Lines{"a", "b"});
  CHECK_THROWS_AS(test::records("a. 60 IN A nonsense"), std::invalid_argument);
}

TEST_CASE("records are compared in order, with * for any TTL") {
  const test::Lines seen = test::records("a. 60 A 192.0.2.1\nb. 61 A 192.0.2.2");
  CHECK(test::is_records("a. * A 192.0.2.1\nb. 61 A 192.0.2.2").match(seen));
  CHECK_FALSE(test::is_records("b. 61 A 192.0.2.2\na. 60 A 192.0.2.1").match(seen));
  CHECK_FALSE(test::is_records("a. 61 A 192.0.2.1\nb. 61 A 192.0.2.2").match(seen));
  CHECK_FALSE(test::is_records("a. * A 192.0.2.1").match(seen));
  CHECK(test::is_records_in_any_order("b. * A 192.0.2.2\na. 60 A 192.0.2.1").match(seen));
  CHECK_FALSE(test::is_records_in_any_order("b. * A 192.0.2.2").match(seen));
}

TEST_CASE("a strict line is matched before one with any TTL") {
  const test::Lines seen = test::records("a. 60 A 192.0.2.1\na. 61 A 192.0.2.1");
  CHECK(test::is_records_in_any_order("a. * A 192.0.2.1\na. 60 A 192.0.2.1").match(seen));
}

TEST_CASE("a difference is told line by line") {
  const auto matcher = test::is_records("a. 60 A 192.0.2.1\nb. 60 A 192.0.2.2");
  CHECK_FALSE(matcher.match(test::records("a. 60 A 192.0.2.1\nc. 60 A 192.0.2.3")));
  CHECK_THAT(matcher.describe(), Catch::Contains("missing:    b. 60 IN A 192.0.2.2"));
  CHECK_THAT(matcher.describe(), Catch::Contains("unexpected: c. 60 IN A 192.0.2.3"));
}

TEST_CASE("a query is built and read back") {
  const auto bytes =
      test::query_bytes("WWW.example.org. CH TXT", {.id = 77,
                                                    .recursion_desired = false,
                                                    .checking_disabled = true,
                                                    .edns_size = 4096,
                                                    .dnssec_ok = true,
                                                    .edns_options = {0, 10, 0, 2, 0xab, 0xcd}});
  const test::DecodedMessage message = test::decode(bytes);
  CHECK(message.id == 77);
  CHECK(message.rcode == "NOERROR");
  CHECK(message.flags == "cd");
  CHECK(message.question == "WWW.example.org. CH TXT");
  CHECK(message.answer.empty());
  REQUIRE(message.edns);
  CHECK(message.edns->udp_size == 4096);
  CHECK(message.edns->dnssec_ok);
  CHECK(message.edns->options == test::Lines{"10 abcd"});
  CHECK(message.size == bytes.size());
}

TEST_CASE("a plain query has twelve bytes and its question") {
  const test::DecodedMessage message = test::decode(test::query_bytes("a. A"));
  CHECK(message.flags == "rd");
  CHECK(message.size == 12 + 3 + 4);
  CHECK_FALSE(message.edns);
  CHECK_THROWS_AS(test::query_bytes("a."), std::invalid_argument);
  CHECK_THROWS_AS(test::decode(std::vector<std::uint8_t>(11)), std::invalid_argument);
}
