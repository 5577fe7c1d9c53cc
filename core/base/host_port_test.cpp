// SPDX-License-Identifier: Apache-2.0
#include "core/base/host_port.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

struct Case {
  const char* name;
  const char* text;
  const char* host;
  std::uint16_t port;
};

const Case kCases[] = {
    {"every address of a host", ":9153", "", 9153},
    {"a name", "localhost:8080", "localhost", 8080},
    {"an IPv4 address", "127.0.0.1:0", "127.0.0.1", 0},
    {"an IPv6 address", "[::1]:8080", "::1", 8080},
};

TEST_CASE("a host and a port come out of a text as they went in", "[host_port]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const auto read = parse_host_port(c.text);
      REQUIRE(read);
      CHECK(*read == HostPort{c.host, c.port});
      CHECK(read->text() == c.text);
    }
  }
}

TEST_CASE("no host and port", "[host_port]") {
  const auto [why, text] = GENERATE(table<std::string, std::string>({
      {"nothing", ""},
      {"no port", "localhost"},
      {"IPv6 without brackets", "::1:80"},
      {"a name in brackets", "[x]:80"},
      {"an empty port", "a:"},
      {"a port by name", "a:b"},
      {"a port with a sign", "a:+80"},
      {"a port out of range", "a:70000"},
      {"a byte of zero in the address", std::string("[::1\0x]:80", 10)},
  }));
  CAPTURE(why);
  CHECK_FALSE(parse_host_port(text));
}

}  // namespace
}  // namespace catena
