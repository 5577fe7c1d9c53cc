// SPDX-License-Identifier: Apache-2.0
#include "core/net/translation_prefix.hpp"

#include <catch2/catch.hpp>

namespace catena::net {
namespace {

using asio::ip::make_address_v6;

struct Row {
  const char* network;
  unsigned bits;
  const char* whole;
};

// RFC 6052 section 2.4: what stands for 192.0.2.33.
const Row kRows[] = {
    {"2001:db8::", 32, "2001:db8:c000:221::"},
    {"2001:db8:100::", 40, "2001:db8:1c0:2:21::"},
    {"2001:db8:122::", 48, "2001:db8:122:c000:2:2100::"},
    {"2001:db8:122:300::", 56, "2001:db8:122:3c0:0:221::"},
    {"2001:db8:122:344::", 64, "2001:db8:122:344:c0:2:2100::"},
    {"2001:db8:122:344::", 96, "2001:db8:122:344::192.0.2.33"},
    {"64:ff9b::", 96, "64:ff9b::192.0.2.33"},
};

const TranslationPrefix::Four kAddress{192, 0, 2, 33};

TEST_CASE("IPv4 addresses inside of IPv6 addresses (RFC 6052)", "[translation]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.network << "/" << row.bits) {
      const TranslationPrefix prefix(make_address_v6(row.network), row.bits);
      const auto whole = make_address_v6(row.whole).to_bytes();
      CHECK(prefix.embed(kAddress) == whole);
      CHECK(prefix.extract(whole) == kAddress);
      auto reserved = whole;
      reserved[8] = 1;
      CHECK_FALSE(prefix.extract(reserved));
      auto other = whole;
      other[0] ^= 1;
      CHECK_FALSE(prefix.extract(other));
      other = whole;
      other[row.bits / 8 - 1] ^= 1;
      CHECK_FALSE(prefix.extract(other));
    }
  }
}

TEST_CASE("bits behind the IPv4 address do not count", "[translation]") {
  const TranslationPrefix prefix(make_address_v6("2001:db8:ffff:ffff::"), 32);
  CHECK(prefix.embed(kAddress) == make_address_v6("2001:db8:c000:221::").to_bytes());
  CHECK(prefix.extract(make_address_v6("2001:db8:c000:221::7").to_bytes()) == kAddress);
}

TEST_CASE("the lengths of a prefix", "[translation]") {
  std::vector<unsigned> lengths;
  for (unsigned bits = 0; bits <= 128; ++bits) {
    if (TranslationPrefix::is_length(bits)) lengths.push_back(bits);
  }
  CHECK(lengths == std::vector<unsigned>{32, 40, 48, 56, 64, 96});
  CHECK(TranslationPrefix().is_sound());
  CHECK_FALSE(TranslationPrefix(make_address_v6("2001:db8:0:0:ff00::"), 96).is_sound());
}

}  // namespace
}  // namespace catena::net
