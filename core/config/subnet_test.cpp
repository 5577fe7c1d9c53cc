// SPDX-License-Identifier: Apache-2.0
#include "core/config/subnet.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

TEST_CASE("subnets of a Corefile", "[subnet]") {
  const auto [text, subnet] = GENERATE(table<std::string, std::string>({
      {"10.0.0.0/8", "10.0.0.0/8"},
      {"10.255.3.4/9", "10.128.0.0/9"},
      {"192.0.2.1/32", "192.0.2.1/32"},
      {"192.0.2.1/0", "0.0.0.0/0"},
      {"64:ff9b::/96", "64:ff9b::/96"},
      {"2001:DB8:ffff:ffff::1/35", "2001:db8:e000::/35"},
      {"::1/128", "::1/128"},
      {"192.0.2.1", ""},
      {"10.0.0.0/0000008", "10.0.0.0/8"},
      {"10.0.0.0/+8", ""},
      {"10.0.0.0/", ""},
      {"192.0.2.1/33", ""},
      {"::1/129", ""},
      {"192.0.2/24", ""},
      {"fe80::%eth0/64", ""},
      {"/8", ""},
      {"", ""},
  }));
  CAPTURE(text);
  const auto parsed = parse_subnet(text);
  CHECK((parsed ? to_text(*parsed) : "") == subnet);
}

}  // namespace
}  // namespace catena::config
