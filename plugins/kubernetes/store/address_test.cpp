// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/address.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <vector>

namespace catena::kubernetes {
namespace {

/// What the system's own reader says.
std::optional<Address> reference(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
  } else if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
    // But for IPv4 in IPv6's clothes.
    if (IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(address.bytes.data()))) {
      return Address::of(address.span().subspan(12));
    }
  } else {
    return std::nullopt;
  }
  return address;
}

TEST_CASE("addresses are read as the system reads them", "[kubernetes]") {
  for (const char* text : {"1.2.3.4",
                           "0.0.0.0",
                           "255.255.255.255",
                           "10.96.0.10",
                           "256.1.1.1",
                           "1.2.3.999",
                           "01.2.3.4",
                           "1.2.3.04",
                           "00.0.0.0",
                           "1.2.3",
                           "1.2.3.",
                           "1.2.3.4.",
                           "1.2.3.4.5",
                           ".1.2.3",
                           "1..3.4",
                           "1.2.3.4x",
                           "x1.2.3.4",
                           " 1.2.3.4",
                           "1.2.3.4 ",
                           "-1.2.3.4",
                           "1.2.3.1000",
                           "4294967296.1.1.1",
                           "",
                           ".",
                           "1",
                           "::1",
                           "::",
                           "fd00::1",
                           "FD00::1",
                           "::ffff:1.2.3.4",
                           "fd00::1%eth0",
                           "fd00:1",
                           "1:2:3:4:5:6:7:8:9"}) {
    INFO(text);
    CHECK(parse_address(text) == reference(text));
  }
}

TEST_CASE("addresses have the order of their bytes", "[kubernetes]") {
  std::vector<Address> addresses;
  for (const char* text : {"10.0.0.2", "2.0.0.10", "255.0.0.1", "0.0.0.0", "fd00::2", "fd00::1",
                           "::", "::1", "a00:1::", "10.0.0.1"}) {
    addresses.push_back(*parse_address(text));
  }
  std::vector<Address> expected = addresses;
  std::sort(addresses.begin(), addresses.end());
  std::sort(expected.begin(), expected.end(), [](const Address& a, const Address& b) {
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.size < b.size;
  });
  CHECK(addresses == expected);
}

}  // namespace
}  // namespace catena::kubernetes
