// SPDX-License-Identifier: Apache-2.0
#include "core/http/listen_address.hpp"

#include <catch2/catch.hpp>

namespace catena::http {
namespace {

struct Case {
  const char* name;
  const char* word;
  const char* host = "";
  std::uint16_t port = 0;
  const char* error = "";
};

const Case kCases[] = {
    {.name = "every address of the host", .word = ":8080", .port = 8080},
    {.name = "a name", .word = "localhost:9153", .host = "localhost", .port = 9153},
    {.name = "an IPv4 address", .word = "1.2.3.4:8080", .host = "1.2.3.4", .port = 8080},
    {.name = "an IPv6 address", .word = "[::1]:8080", .host = "::1", .port = 8080},
    {.name = "an IPv6 address without brackets, as {$POD_IP}:8080 gives it",
     .word = "fd00:10:16::7:8080",
     .host = "fd00:10:16::7",
     .port = 8080},
    {.name = "a port that the system chooses", .word = "127.0.0.1:0", .host = "127.0.0.1"},
    {.name = "no port", .word = "localhost", .error = "address localhost: missing port in address"},
    {.name = "no port behind brackets",
     .word = "[::1]",
     .error = "address [::1]: missing port in address"},
    {.name = "colons that are no address",
     .word = "a:b:53",
     .error = "address a:b:53: too many colons in address"},
    {.name = "an address without a port looks like one with",
     .word = "::1",
     .error = "address ::1: too many colons in address"},
    {.name = "a name in brackets",
     .word = "[localhost]:53",
     .error = "address [localhost]:53: no IPv6 address in brackets"},
    {.name = "an empty port is any, as in CoreDNS", .word = "localhost:", .host = "localhost"},
    {.name = "a port by name",
     .word = "localhost:http",
     .error = "address localhost:http: unknown port"},
    {.name = "a port out of range", .word = ":65536", .error = "address :65536: unknown port"},
    {.name = "a path",
     .word = "a/b:53",
     .error = "address a/b:53: unexpected character in address"},
};

TEST_CASE("where to listen", "[http][listen_address]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      HostPort address;
      CHECK(listen_address(address).read(c.word, address).value_or("") == c.error);
      CHECK(address == HostPort{c.host, c.port});
    }
  }
}

}  // namespace
}  // namespace catena::http
