// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/verify.hpp"

#include "plugins/tsig/testing.hpp"
#include "test/support/messages.hpp"

#include <catch2/catch.hpp>

#include <functional>

namespace catena::tsig {
namespace {

using test::operator+;
using test::Signing;
using test::Wire;

constexpr std::uint64_t kNow = 1767229200;

Keyring keys() {
  auto all = std::make_shared<Keys>();
  all->add(dns::Name::parse("key.example.").value(), test::wire("0123456789abcdef"));
  all->add(dns::Name::parse("odd.").value(), std::nullopt);
  return Keyring::of(all, {});
}

/// Nothing where the message is none, or its record cannot be read.
std::optional<Fault> fault_of(const Wire& message, std::uint64_t now = kNow) {
  const auto view = dns::MessageView::parse(message);
  if (!view || !view->tsig()) return std::nullopt;
  Arena arena;
  const auto record = dns::read_tsig(*view, arena);
  if (!record) return std::nullopt;
  const Keyring known = keys();
  Hmacs hmacs;
  return verify(*view, *record, {known, hmacs, now}).fault;
}

Wire question() {
  return catena::test::query_bytes("www.example.org. A", {.id = 0x1234, .edns_size = 1232});
}

struct Row {
  const char* name;
  std::function<void(Signing&)> change;
  Fault fault;
};

const Row kRows[] = {
    {"nothing is wrong", [](Signing&) {}, Fault::none},
    {"letter case of a key means nothing", [](Signing& s) { s.key = "KEY.Example."; }, Fault::none},
    {"nor does that of an algorithm", [](Signing& s) { s.algorithm = "HMAC-Sha256."; },
     Fault::none},
    {"SHA-1", [](Signing& s) { s.algorithm = "hmac-sha1."; }, Fault::none},
    {"SHA-224", [](Signing& s) { s.algorithm = "hmac-sha224."; }, Fault::none},
    {"SHA-384", [](Signing& s) { s.algorithm = "hmac-sha384."; }, Fault::none},
    {"SHA-512", [](Signing& s) { s.algorithm = "hmac-sha512."; }, Fault::none},
    {"other data are signed too", [](Signing& s) { s.other = test::wire("x"); }, Fault::none},
    {"an error in a request is signed too", [](Signing& s) { s.error = 18; }, Fault::none},
    {"another key", [](Signing& s) { s.key = "kex.example."; }, Fault::bad_key},
    {"a name below the key's", [](Signing& s) { s.key = "a.key.example."; }, Fault::bad_key},
    {"an algorithm that nobody has", [](Signing& s) { s.algorithm = "hmac-sha256.x."; },
     Fault::bad_key},
    {"MD5, which CoreDNS has no more",
     [](Signing& s) { s.algorithm = "hmac-md5.sig-alg.reg.int."; }, Fault::bad_key},
    {"the root for an algorithm", [](Signing& s) { s.algorithm = "."; }, Fault::bad_key},
    {"another secret", [](Signing& s) { s.secret.back() ^= 1; }, Fault::bad_signature},
    {"a key whose secret could not be read", [](Signing& s) { s.key = "odd."; },
     Fault::bad_signature},
    {"no MAC", [](Signing& s) { s.mac_bytes = 0; }, Fault::malformed},
    {"less than half a MAC", [](Signing& s) { s.mac_bytes = 15; }, Fault::malformed},
    {"half a MAC", [](Signing& s) { s.mac_bytes = 16; }, Fault::bad_truncation},
    {"a MAC without its end", [](Signing& s) { s.mac_bytes = 31; }, Fault::bad_truncation},
    {"half of SHA-1's is nine and a half, ten at least",
     [](Signing& s) {
       s.algorithm = "hmac-sha1.";
       s.mac_bytes = 9;
     },
     Fault::malformed},
    {"ten bytes of SHA-1's",
     [](Signing& s) {
       s.algorithm = "hmac-sha1.";
       s.mac_bytes = 10;
     },
     Fault::bad_truncation},
    {"half a MAC of another secret",
     [](Signing& s) {
       s.secret.back() ^= 1;
       s.mac_bytes = 16;
     },
     Fault::bad_signature},
    {"as late as may be", [](Signing& s) { s.time = kNow - 300; }, Fault::none},
    {"a second later", [](Signing& s) { s.time = kNow - 301; }, Fault::bad_time},
    {"as early as may be", [](Signing& s) { s.time = kNow + 300; }, Fault::none},
    {"a second earlier", [](Signing& s) { s.time = kNow + 301; }, Fault::bad_time},
    {"the end of all time", [](Signing& s) { s.time = 0xffffffffffff; }, Fault::bad_time},
    {"the beginning of time", [](Signing& s) { s.time = 0; }, Fault::bad_time},
    {"no difference is allowed", [](Signing& s) { s.fudge = 0; }, Fault::none},
    {"a wrong time of another secret tells nothing of the time",
     [](Signing& s) {
       s.time = 0;
       s.secret.back() ^= 1;
     },
     Fault::bad_signature},
    {"of an old message with half a MAC the time is told",
     [](Signing& s) {
       s.time = 0;
       s.mac_bytes = 16;
     },
     Fault::bad_time},
};

TEST_CASE("signatures of requests", "[tsig]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      Signing how{.time = kNow};
      row.change(how);
      CHECK(fault_of(test::sign(question(), how)) == row.fault);
    }
  }
}

TEST_CASE("a MAC with something behind it is none", "[tsig]") {
  const Wire message = question();
  const Signing how{.time = kNow};
  Wire longer = message;
  ++longer[11];
  const Wire mac = test::mac_of(how, message + test::variables(how));
  CHECK(fault_of(longer + test::record(how, mac + Wire{0}, 0x1234)) == Fault::malformed);
}

// A forwarder may have put another id into the header; that it was signed with stands in the
// record.
TEST_CASE("a message may have got another id", "[tsig]") {
  Wire message = test::sign(question(), {.time = kNow});
  message[0] ^= 0x55;
  CHECK(fault_of(message) == Fault::none);
}

TEST_CASE("what was signed by somebody else's program", "[tsig]") {
  // dnspython: www.example.org. A with EDNS, key "Key.Example." at kNow.
  std::vector<std::uint8_t> message;
  const std::string_view hex =
      "12340100000100000000000203777777076578616d706c65036f7267000001000100002904d000000000000003"
      "4b6579074578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006955c710012c0020"
      "d59c35315f3d843e6b416e2f9343dbcbff2d2a223eff6c9f41ef0f575a2df850123400000000";
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    message.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  CHECK(fault_of(message) == Fault::none);
  CHECK(fault_of(message, kNow + 301) == Fault::bad_time);
}

// Letters of the names of key and algorithm may change their case, for all of it are signed small.
TEST_CASE("every bit of a signed message counts but those of its id", "[tsig]") {
  const Wire message = test::sign(question(), {.time = kNow});
  const dns::MessageView view = dns::MessageView::parse(message).value();
  const std::size_t key = *view.tsig();
  const std::size_t algorithm = key + test::name("key.example.").size() + 10;
  const auto is_letter_case = [&](std::size_t at, int bit) {
    const bool in_name = (at > key && at < key + 12) || (at > algorithm && at < algorithm + 12);
    return in_name && bit == 5 && std::isalpha(message[at]) != 0;
  };
  REQUIRE(fault_of(message) == Fault::none);
  for (std::size_t at = 2; at < message.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      if (is_letter_case(at, bit)) continue;
      Wire changed = message;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1 << bit));
      CAPTURE(at, bit);
      CHECK(fault_of(changed) != Fault::none);
    }
  }
}

}  // namespace
}  // namespace catena::tsig
