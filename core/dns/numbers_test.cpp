// SPDX-License-Identifier: Apache-2.0
#include "core/dns/numbers.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace catena::dns;

TEST_CASE("types have the names of the registry or RFC 3597's") {
  struct Case {
    const char* name;
    const char* text;
    Type type;
  };
  const Case cases[] = {
      {.name = "a common type", .text = "A", .type = Type::A},
      {.name = "the longest name", .text = "NSEC3PARAM", .type = Type::NSEC3PARAM},
      {.name = "above 255", .text = "CAA", .type = Type::CAA},
      {.name = "a question type", .text = "AXFR", .type = Type::AXFR},
      {.name = "one that has a name only", .text = "TKEY", .type = static_cast<Type>(249)},
      {.name = "one with a dash", .text = "NSAP-PTR", .type = static_cast<Type>(23)},
      {.name = "one of a private range", .text = "DLV", .type = static_cast<Type>(32769)},
      {.name = "one without a name", .text = "TYPE731", .type = static_cast<Type>(731)},
      {.name = "the largest", .text = "TYPE65535", .type = static_cast<Type>(65535)},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(to_string(c.type) == c.text);
      CHECK(parse_type(c.text) == c.type);
    }
  }
}

TEST_CASE("names are read in any letter case and as numbers") {
  CHECK(parse_type("aAaA") == Type::AAAA);
  CHECK(parse_type("type1") == Type::A);
  CHECK(parse_class("in") == Class::IN);
  CHECK(parse_class("CLASS3") == Class::CH);
  CHECK(parse_class("any") == Class::ANY);
  CHECK(parse_rcode("nxdomain") == Rcode::NXDomain);
  CHECK(parse_rcode("23") == Rcode::BadCookie);
}

TEST_CASE("what is no name and no number is refused") {
  for (const char* text : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "AA", "A ", "1"}) {
    DYNAMIC_SECTION("type \"" << text << '"') { CHECK_FALSE(parse_type(text)); }
  }
  for (const char* text : {"", "CLASS", "CLASS70000", "I", "INN"}) {
    DYNAMIC_SECTION("class \"" << text << '"') { CHECK_FALSE(parse_class(text)); }
  }
  for (const char* text : {"", "4096", "-1", "NOPE"}) {
    DYNAMIC_SECTION("rcode \"" << text << '"') { CHECK_FALSE(parse_rcode(text)); }
  }
}

TEST_CASE("classes and rcodes print their name or their number") {
  CHECK(to_string(Class::CH) == "CH");
  CHECK(to_string(static_cast<Class>(4242)) == "CLASS4242");
  CHECK(to_string(Class::ANY) == "CLASS255");
  CHECK(to_string(Rcode::NoError) == "NOERROR");
  CHECK(to_string(Rcode::BadVers) == "BADVERS");
  CHECK(to_string(static_cast<Rcode>(17)) == "BADKEY");
  CHECK(to_string(static_cast<Rcode>(3841)) == "3841");
}

TEST_CASE("every error has its own sentence, which is what is thrown") {
  CHECK(to_string(Error::truncated) != to_string(Error::bad_rdata));
  CHECK(to_string(Error::no_room) == "no room");
  CHECK_THROWS_WITH(throw_error(Error::bad_pointer),
                    "compression pointer that does not point backwards");
}
