// SPDX-License-Identifier: Apache-2.0
#include "core/dns/edns.hpp"

#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <vector>

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

TEST_CASE("the first option of a code gets other data where it stands") {
  Arena arena;
  RawMessage options, replaced;
  options.u16(3).u16(0).u16(10).u16(2).raw("ab").u16(10).u16(1).raw("c");
  replaced.u16(3).u16(0).u16(10).u16(3).raw("xyz").u16(10).u16(1).raw("c");
  const std::array<std::uint8_t, 3> data{'x', 'y', 'z'};
  const std::span<const std::uint8_t> before = options.bytes();
  const auto after = with_option_replaced(arena, before, OptionCode::Cookie, data);
  REQUIRE(after);
  CHECK(std::ranges::equal(*after, replaced.bytes()));
  const auto none = with_option_replaced(arena, before, OptionCode::Padding, data);
  REQUIRE(none);
  CHECK(none->data() == before.data());
  CHECK(none->size() == before.size());
}

TEST_CASE("options that do not fit the arena are not half there") {
  Arena arena;
  RawMessage options;
  options.u16(3).u16(0);
  const std::vector<std::uint8_t> long_data(65535);
  while (with_option(arena, options.bytes(), OptionCode::NSID, long_data)) {
  }
  CHECK_FALSE(with_option_replaced(arena, options.bytes(), OptionCode::NSID, long_data));
}

TEST_CASE("a subnet is as much of an address as its prefix says") {
  struct Case {
    const char* title;
    std::vector<std::uint8_t> address;
    unsigned prefix;
    RawMessage told;
  };
  const std::vector<std::uint8_t> v4{192, 0, 2, 255};
  const std::vector<std::uint8_t> v6{0x20, 1, 0xd, 0xb8, 0xff, 0xff, 0xff, 0xff,
                                     1,    2, 3,   4,    5,    6,    7,    8};
  const Case cases[] = {
      {"whole bytes", v4, 24, RawMessage().u16(1).u8(24).u8(0).u8(192).u8(0).u8(2)},
      {"bits behind the prefix are zero", v4, 27,
       RawMessage().u16(1).u8(27).u8(0).u8(192).u8(0).u8(2).u8(0xe0)},
      {"all of it", v4, 32, RawMessage().u16(1).u8(32).u8(0).u8(192).u8(0).u8(2).u8(255)},
      {"nothing of it", v4, 0, RawMessage().u16(1).u8(0).u8(0)},
      {"IPv6", v6, 37, RawMessage().u16(2).u8(37).u8(0).u8(0x20).u8(1).u8(0xd).u8(0xb8).u8(0xf8)},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Arena arena;
      CHECK(std::ranges::equal(client_subnet(arena, c.address, c.prefix), c.told.bytes()));
    }
  }
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
