// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tsig.hpp"

#include "core/dns/tsig_error.hpp"
#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace catena::dns {
namespace {

using testing::Bytes;
using testing::RawMessage;

/// www.example.org. A with a TSIG record of `key`, as RawMessage::name() writes it.
RawMessage signed_query(unsigned rclass = 255, std::uint32_t ttl = 0) {
  RawMessage message;
  message.header(1, 0, 0, 1).question("www.example.org.");
  message.name("Key.Example.").numbers(Type::TSIG, 40, rclass, ttl).name("HMAC-sha256.");
  return message.u16(0x1234)
      .u32(0x56789abc)
      .u16(300)
      .u16(4)
      .raw("mac!")
      .u16(77)
      .u16(18)
      .u16(7)
      .raw("another");
}

Result<Tsig> read(const RawMessage& message, Arena& arena) {
  return read_tsig(MessageView::parse(message.bytes()).value(), arena);
}

std::string text(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("all fields of a TSIG record are read") {
  Arena arena;
  const auto tsig = read(signed_query(), arena);
  REQUIRE(tsig.has_value());
  CHECK(tsig->key.to_text() == "Key.Example.");
  CHECK(tsig->algorithm.to_text() == "HMAC-sha256.");
  CHECK(tsig->time == 0x123456789abc);
  CHECK(tsig->fudge == 300);
  CHECK(text(tsig->mac) == "mac!");
  CHECK(tsig->original_id == 77);
  CHECK(tsig->error == static_cast<std::uint16_t>(TsigError::BadTime));
  CHECK(text(tsig->other) == "another");
}

TEST_CASE("names of a TSIG record may be compressed, though nobody should") {
  RawMessage message;
  message.header(1, 0, 0, 1).question("www.example.org.");
  message.pointer(kHeaderSize + 4).numbers(Type::TSIG, 18, 255, 0).pointer(kHeaderSize + 12);
  message.u16(0).u32(1).u16(2).u16(0).u16(3).u16(0).u16(0);
  Arena arena;
  const auto tsig = read(message, arena);
  REQUIRE(tsig.has_value());
  CHECK(tsig->key.to_text() == "example.org.");
  CHECK(tsig->algorithm.to_text() == "org.");
  CHECK(tsig->original_id == 3);
}

TEST_CASE("class and TTL of a TSIG record are what they must be") {
  Arena arena;
  CHECK(read(signed_query(1), arena).error() == Error::bad_rdata);
  CHECK(read(signed_query(254), arena).error() == Error::bad_rdata);
  CHECK(read(signed_query(255, 1), arena).error() == Error::bad_rdata);
}

TEST_CASE("a TSIG record is written as it was read") {
  const RawMessage message = signed_query();
  Arena arena;
  const Tsig tsig = read(message, arena).value();
  Bytes room(message.size() + 10);
  const std::size_t before = message.size() - size_of(tsig);
  std::copy_n(message.bytes().begin(), before, room.begin());
  room[11] = 0;
  CHECK(append_tsig(std::span(room).first(message.size() - 1), before, tsig).error() ==
        Error::no_room);
  CHECK(room[11] == 0);
  CHECK(append_tsig(room, before, tsig).value() == message.size());
  room.resize(message.size());
  CHECK(room == message.bytes());
}

// RFC 8945 sections 4.3.2, 4.3.3 and 5.3.1.
TEST_CASE("what is signed beside the message") {
  const RawMessage message = signed_query();
  const MessageView view = MessageView::parse(message.bytes()).value();
  Arena arena;
  const Tsig tsig = read_tsig(view, arena).value();
  SECTION("the header has the id that it was signed with, and no TSIG record") {
    const auto header = signed_header(view, tsig);
    CHECK(Bytes(header.begin(), header.end()) ==
          RawMessage().u16(77).u16(0x0100).u16(1).u16(0).u16(0).u16(0).bytes());
  }
  SECTION("variables, with names in small letters") {
    std::array<std::uint8_t, kSignedVariables> out;
    const auto variables = signed_variables(tsig, out);
    RawMessage expected;
    expected.name("key.example.").u16(255).u32(0).name("hmac-sha256.");
    expected.u16(0x1234).u32(0x56789abc).u16(300).u16(18).u16(7);
    CHECK(Bytes(variables.begin(), variables.end()) == expected.bytes());
  }
  SECTION("timers") {
    const auto timers = signed_timers(tsig);
    CHECK(Bytes(timers.begin(), timers.end()) ==
          RawMessage().u16(0x1234).u32(0x56789abc).u16(300).bytes());
  }
}

TEST_CASE("names of 255 bytes have room among what is signed") {
  const std::string label(61, 'a');
  const Name longest =
      Name::parse(label + "." + label + "." + label + "." + label + "." + std::string(5, 'b') + ".")
          .value();
  REQUIRE(longest.view().size() == NameView::kMaxSize);
  std::array<std::uint8_t, kSignedVariables> out;
  const auto variables =
      signed_variables({.key = longest.view(), .algorithm = longest.view()}, out);
  CHECK(variables.size() == kSignedVariables);
}

}  // namespace
}  // namespace catena::dns
