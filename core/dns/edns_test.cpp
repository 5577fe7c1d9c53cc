// SPDX-License-Identifier: Apache-2.0
#include "core/dns/edns.hpp"

#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

namespace catena::dns {
namespace {

using testing::RawMessage;

TEST_CASE("options must be whole") {
  struct Case {
    const char* title;
    RawMessage options;
    bool whole;
  };
  const Case cases[] = {
      {"none", RawMessage(), true},
      {"an empty option", RawMessage().u16(3).u16(0), true},
      {"two of them", RawMessage().u16(10).u16(2).raw("ab").u16(3).u16(0), true},
      {"cut in the code", RawMessage().u8(0), false},
      {"cut in the length", RawMessage().u16(3).u8(0), false},
      {"cut in the data", RawMessage().u16(10).u16(3).raw("ab"), false},
      {"something left over", RawMessage().u16(3).u16(0).u8(1), false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) { CHECK(options_are_whole(c.options.bytes()) == c.whole); }
  }
}

TEST_CASE("the first option of a code is found") {
  RawMessage options;
  options.u16(3).u16(0).u16(10).u16(2).raw("ab").u16(10).u16(2).raw("cd");
  Edns edns;
  edns.options = options.bytes();
  const auto cookie = edns.option(OptionCode::Cookie);
  REQUIRE(cookie.has_value());
  CHECK(std::string(cookie->begin(), cookie->end()) == "ab");
  REQUIRE(edns.option(OptionCode::NSID));
  CHECK(edns.option(OptionCode::NSID)->empty());
  CHECK_FALSE(edns.option(OptionCode::Padding));
}

TEST_CASE("an option is put behind others, and taken out of them") {
  Arena arena;
  RawMessage options;
  options.u16(3).u16(0).u16(10).u16(2).raw("ab").u16(3).u16(1).raw("x");
  const std::span<const std::uint8_t> before = options.bytes();
  const auto more = with_option(arena, before, OptionCode::EDE, before.first(2));
  REQUIRE(more);
  CHECK(options_are_whole(*more));
  CHECK(more->size() == before.size() + 6);
  const auto fewer = without_option(arena, *more, OptionCode::NSID);
  REQUIRE(fewer);
  Edns edns;
  edns.options = *fewer;
  CHECK_FALSE(edns.option(OptionCode::NSID));
  CHECK(edns.option(OptionCode::Cookie)->size() == 2);
  CHECK(edns.option(OptionCode::EDE)->size() == 2);
  CHECK(without_option(arena, {}, OptionCode::NSID)->empty());
}

TEST_CASE("DO is one bit of the flags") {
  Edns edns;
  CHECK_FALSE(edns.dnssec_ok());
  edns.flags = Edns::kCO;
  CHECK_FALSE(edns.dnssec_ok());
  edns.flags = Edns::kDO | Edns::kCO;
  CHECK(edns.dnssec_ok());
}

}  // namespace
}  // namespace catena::dns
