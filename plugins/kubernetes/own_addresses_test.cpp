// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/own_addresses.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

struct Row {
  const char* name;
  InterfaceAddress address;
  bool own;
};

TEST_CASE("a host's own addresses are those that others reach it by", "[kubernetes]") {
  const Row row = GENERATE(values<Row>({
      {"an interface's", {"eth0", "192.0.2.1"}, true},
      {"a link-local one", {"eth0", "fe80::1%eth0"}, true},
      {"an anycast address on lo", {"lo", "198.51.100.53"}, true},
      {"a virtual IPv6 address on lo", {"lo", "2001:db8::53"}, true},
      {"the loopback address", {"lo", "127.0.0.1"}, false},
      {"another of that network", {"lo", "127.0.0.53"}, false},
      {"also on another interface", {"dummy0", "127.1.1.1"}, false},
      {"the IPv6 loopback address", {"lo", "::1"}, false},
  }));
  DYNAMIC_SECTION(row.name) { CHECK(own_addresses({row.address}).size() == (row.own ? 1 : 0)); }
}

}  // namespace
}  // namespace catena::kubernetes
