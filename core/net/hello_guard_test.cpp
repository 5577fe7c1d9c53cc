// SPDX-License-Identifier: Apache-2.0
#include "core/net/hello_guard.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace catena::net {
namespace {

using namespace std::string_literals;

const std::string kHello = "\x16\3\1\0\x08\1\0\0\4abcd"s;
const std::string kLong = "\x16\3\1\0\4\1\2\0\0"s;
const std::string kChange = "\x14\3\3\0\1\1"s;

bool lets_in(const std::string& bytes, bool tls13, std::size_t piece) {
  HelloGuard guard;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string some = bytes.substr(at, piece);
    if (!guard.see({reinterpret_cast<const std::uint8_t*>(some.data()), some.size()}, tls13)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("Which messages of a handshake are let in") {
  struct Case {
    const char* name;
    std::string bytes;
    bool tls13;
    bool let_in;
  };
  const Case cases[] = {
      {"a short hello", kHello, false, true},
      {"one that says it is long", kLong, false, false},
      {"a second one that does", kHello + kLong, false, false},
      {"a long one whose first bytes lie in two records", "\x16\3\1\0\2\1\2"s + "\x16\3\1\0\2\0\0"s,
       false, false},
      {"16 KiB are not long", "\x16\3\1\0\4\1\0\x40\0"s, false, true},
      {"TLS 1.3: a hello behind a change of cipher, after HelloRetryRequest",
       kHello + kChange + kLong, true, false},
      {"TLS 1.2: what follows a change of cipher is encrypted", kHello + kChange + kLong, false,
       true},
      {"what follows encrypted bytes is too", kHello + "\x17\3\3\0\1x"s + kLong, true, true},
      {"what is no handshake is for OpenSSL to judge", "GET / HTTP/1.1\r\n\r\n"s, false, true},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      for (const std::size_t piece : {1, 3, 1000})
        CHECK(lets_in(c.bytes, c.tls13, piece) == c.let_in);
    }
  }
}

}  // namespace catena::net
