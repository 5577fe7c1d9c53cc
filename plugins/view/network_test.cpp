// SPDX-License-Identifier: Apache-2.0
#include "plugins/view/network.hpp"

#include <catch2/catch.hpp>

namespace catena::view {
namespace {

struct Row {
  const char* name;
  const char* address;
  const char* network;
  Membership membership;
};

using enum Membership;

// As Go's net.ParseIP, net.ParseCIDR and IPNet.Contains answer.
const Row kRows[] = {
    {"in it", "10.1.2.3", "10.0.0.0/8", inside},
    {"beside it", "11.1.2.3", "10.0.0.0/8", outside},
    {"bits beyond the prefix of the network do not count", "10.1.2.3", "10.255.0.0/8", inside},
    {"a prefix within a byte", "10.1.127.1", "10.1.64.0/18", inside},
    {"just outside of it", "10.1.128.1", "10.1.64.0/18", outside},
    {"one address", "10.1.2.3", "10.1.2.3/32", inside},
    {"all of IPv4", "10.1.2.3", "0.0.0.0/0", inside},
    {"all of IPv6", "2001:db8::1", "::/0", inside},
    {"IPv6", "2001:db8::1", "2001:DB8::/32", inside},
    {"not of IPv6", "2001:db9::1", "2001:db8::/32", outside},
    {"IPv4 is not in IPv6", "10.1.2.3", "::/0", outside},
    {"IPv6 is not in IPv4", "2001:db8::1", "0.0.0.0/0", outside},
    {"an IPv4 address in IPv6 is IPv4", "::ffff:10.1.2.3", "10.0.0.0/8", inside},
    {"so is a network", "10.1.2.3", "::ffff:10.0.0.0/104", inside},
    {"also one that is larger than all of IPv4", "99.1.2.3", "::ffff:10.0.0.0/90", inside},
    {"no address", "nonsense", "10.0.0.0/8", bad_address},
    {"nothing", "", "10.0.0.0/8", bad_address},
    {"an address in brackets", "[::1]", "::/0", bad_address},
    {"an address with an interface", "fe80::1%eth0", "fe80::/10", bad_address},
    {"a number that begins with nought", "010.1.2.3", "10.0.0.0/8", bad_address},
    {"three numbers", "10.1.2", "10.0.0.0/8", bad_address},
    {"no network", "10.1.2.3", "nonsense", bad_network},
    {"a network without a prefix", "10.1.2.3", "10.0.0.0", bad_network},
    {"a prefix that is too long", "10.1.2.3", "10.0.0.0/33", bad_network},
    {"a prefix that is too long for IPv6", "::1", "::/129", bad_network},
    {"a prefix with a sign", "10.1.2.3", "10.0.0.0/+8", bad_network},
    {"no prefix", "10.1.2.3", "10.0.0.0/", bad_network},
    {"a mask", "10.1.2.3", "10.0.0.0/255.0.0.0", bad_network},
    {"a very long text", "10.1.2.3",
     "1111111111111111111111111111111111111111111111111111111111111111/8", bad_network},
};

TEST_CASE("addresses are in networks", "[view]") {
  Networks networks;
  for (int again = 0; again < 2; ++again) {
    for (const Row& row : kRows) {
      INFO(row.name);
      CHECK(networks.membership(row.address, row.network) == row.membership);
    }
  }
}

TEST_CASE("more networks than are remembered are read again", "[view]") {
  Networks networks;
  for (int number = 0; number < 2 * 256; ++number) {
    const std::string address = "10." + std::to_string(number % 256) + ".0.1";
    CHECK(networks.membership(address, "10." + std::to_string(number % 256) + ".0.0/16") == inside);
    CHECK(networks.membership(address, "10.0.0.0/9") == (number % 256 < 128 ? inside : outside));
  }
}

}  // namespace
}  // namespace catena::view
