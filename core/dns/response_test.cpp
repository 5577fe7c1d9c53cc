// SPDX-License-Identifier: Apache-2.0
#include "core/dns/response.hpp"

#include "core/dns/wire_testing.hpp"
#include "core/dns/writer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::dns {
namespace {

using testing::name;
using testing::RawMessage;
using testing::texts;
using Lines = std::vector<std::string>;

TEST_CASE("rows grow, shrink and are cleared") {
  Arena arena;
  Response response(arena);
  Lines lines;
  for (int i = 0; i < 50; ++i) lines.push_back(fmt::format("a.\t5\tIN\tA\t192.0.2.{}", i));
  testing::add(response, Section::answer, lines);
  CHECK(texts(response.answer()) == lines);
  CHECK(response.authority().empty());
  response.shrink(Section::answer, 2);
  response.shrink(Section::answer, 9);
  CHECK(texts(response.answer()) == Lines{lines[0], lines[1]});
  response.rcode = Rcode::NXDomain;
  response.flags.set(Flags::kAA);
  response.edns = Edns{};
  response.clear();
  CHECK(response.answer().empty());
  CHECK(response.rcode == Rcode::NoError);
  CHECK(response.flags.bits() == 0);
  CHECK_FALSE(response.edns.has_value());
}

TEST_CASE("room that is reserved is used without moving") {
  Arena arena;
  Response response(arena);
  testing::add(response, Section::additional, {"a. 5 IN A 192.0.2.1"});
  response.reserve(Section::additional, 99);
  const Record* first = response.additional().data();
  const Record copy = *first;
  for (int i = 0; i < 99; ++i) CHECK(response.add(Section::additional, copy));
  CHECK(response.additional().data() == first);
  CHECK(response.additional().size() == 100);
}

TEST_CASE("an answer that the arena cannot hold is known to be cut") {
  Arena arena;
  Response response(arena);
  std::size_t count = 0;
  while (response.add(Section::answer, {})) ++count;
  CHECK(response.overflowed());
  CHECK(response.answer().size() == count);
  response.clear();
  CHECK_FALSE(response.overflowed());
}

TEST_CASE("an answer that is owned does not need where it came from") {
  Arena arena;
  Response response(arena);
  std::vector<std::uint8_t> options = {0, 3, 0, 1, 'x'};
  std::vector<std::uint8_t> address = {192, 0, 2, 1};
  auto owner = std::make_unique<Name>(name("www.example.org."));
  auto other = std::make_unique<Name>(name("example.org."));
  response.add(Section::answer, {.owner = *owner, .ttl = 5, .rdata = address});
  response.add(Section::answer, {.owner = *owner, .ttl = 6, .rdata = address});
  response.add(Section::authority, {.owner = *other, .ttl = 7, .rdata = address});
  response.add(Section::authority, {.owner = *other, .type = Type::TXT, .ttl = 8});
  response.edns = Edns{.options = options};
  REQUIRE(response.own());
  owner.reset();
  other.reset();
  address.assign(4, 0);
  options.assign(5, 0);
  CHECK(texts(response.answer()) ==
        Lines{"www.example.org.\t5\tIN\tA\t192.0.2.1", "www.example.org.\t6\tIN\tA\t192.0.2.1"});
  CHECK(texts(response.authority()).front() == "example.org.\t7\tIN\tA\t192.0.2.1");
  CHECK(response.authority()[1].owner == name("example.org."));
  CHECK(response.edns->option(OptionCode::NSID).has_value());
}

TEST_CASE("a copy of an answer does not need where it came from") {
  Arena arena;
  Response copy(arena);
  copy.add(Section::answer, {.owner = name("old.example."), .ttl = 1});
  {
    Arena other;
    Response response(other);
    const auto bytes = [&other](std::vector<std::uint8_t> from) { return other.copy(from); };
    const NameView owner(bytes({1, 'a', 0}));
    response.add(Section::answer, {.owner = owner, .ttl = 5, .rdata = bytes({192, 0, 2, 1})});
    response.add(Section::additional, {.owner = owner, .ttl = 6, .rdata = bytes({192, 0, 2, 2})});
    response.rcode = Rcode::NXDomain;
    response.flags.set(Flags::kAA);
    response.edns = Edns{.options = bytes({0, 3, 0, 1, 'x'})};
    CHECK(copy.copy(response));
    CHECK(copy.add_copies(Section::authority, response.answer()));
  }
  CHECK(texts(copy.answer()) == Lines{"a.\t5\tIN\tA\t192.0.2.1"});
  CHECK(texts(copy.authority()) == Lines{"a.\t5\tIN\tA\t192.0.2.1"});
  CHECK(texts(copy.additional()) == Lines{"a.\t6\tIN\tA\t192.0.2.2"});
  CHECK(copy.rcode == Rcode::NXDomain);
  CHECK(copy.flags.has(Flags::kAA));
  CHECK(copy.edns->option(OptionCode::NSID).has_value());
}

TEST_CASE("a copy that finds no room is no answer") {
  Arena other;
  Response response(other);
  response.add(Section::answer, {.owner = name("www.example.org."), .ttl = 5});
  Arena arena;
  Response copy(arena);
  while (!arena.array_if_room<std::uint8_t>(64).empty()) {
  }
  CHECK_FALSE(copy.copy(response));
  CHECK(copy.spoiled());
}

// An empty NOERROR, which it was, says that the name has no such records.
TEST_CASE("an answer that cannot be owned is a SERVFAIL") {
  Arena arena;
  Response response(arena);
  const std::vector<std::uint8_t> large(60000);
  for (int i = 0; i < 20; ++i) {
    response.add(Section::answer, {.type = static_cast<Type>(731), .rdata = large});
  }
  CHECK_FALSE(response.own());
  CHECK(response.answer().empty());
  CHECK(response.rcode == Rcode::ServFail);
  CHECK(response.spoiled());
}

TEST_CASE("an answer is spoiled by") {
  Arena arena;
  Response response(arena);
  SECTION("nothing at first") { CHECK_FALSE(response.spoiled()); }
  SECTION("what cannot be said, until it is begun anew") {
    response.spoil();
    CHECK(response.spoiled());
    response.clear();
    CHECK_FALSE(response.spoiled());
  }
  SECTION("an arena that could not give what was asked, to the end of the query") {
    CHECK(arena.array<std::uint8_t>(Arena::kLimit + 1).empty());
    response.clear();
    CHECK(response.spoiled());
  }
  SECTION("not by records without room, which TC tells") {
    while (response.add(Section::answer, {.ttl = 1})) continue;
    CHECK(response.overflowed());
    CHECK_FALSE(response.spoiled());
  }
}

TEST_CASE("a message becomes an answer") {
  RawMessage message;
  message.u16(1).u16(0xfff3).u16(1).u16(2).u16(1).u16(3).question("www.example.org.");
  message.pointer(12).numbers(Type::CNAME, 4).raw("\1x").pointer(16);
  message.pointer(12).numbers(static_cast<Type>(731), 2).raw("ab");
  message.pointer(16).numbers(Type::NS, 2).pointer(12);
  message.pointer(12).numbers(Type::A, 4).u32(0xc0000201);
  message.opt(std::string("\0\3\0\1x", 5), 1232, 0x01008000).tsig();
  Arena arena;
  Response response(arena);
  testing::add(response, Section::answer, {"old. 5 IN A 192.0.2.1"});
  {
    const testing::Bytes bytes = message.bytes();
    const MessageView view = MessageView::parse(bytes).value();
    REQUIRE(response.assign(view).has_value());
  }
  CHECK(texts(response.answer()) == Lines{"www.example.org.\t300\tIN\tCNAME\tx.example.org.",
                                          "www.example.org.\t300\tIN\tTYPE731\t\\# 2 6162"});
  CHECK(texts(response.authority()) == Lines{"example.org.\t300\tIN\tNS\twww.example.org."});
  CHECK(texts(response.additional()) == Lines{"www.example.org.\t300\tIN\tA\t192.0.2.1"});
  CHECK(response.answer()[0].owner.data() == response.answer()[1].owner.data());
  // Opcode 15: RD and CD of a reply that is none to a query are its own.
  CHECK(response.flags.bits() == 0x07f0);
  CHECK(response.rcode == static_cast<Rcode>(0x13));
  REQUIRE(response.edns.has_value());
  CHECK(response.edns->dnssec_ok());
  CHECK(response.edns->option(OptionCode::NSID).has_value());
}

TEST_CASE("a message that unpacks to more than an arena holds is refused") {
  RawMessage message;
  message.header(1, 4900, 0, 0);
  for (int i = 0; i < 4; ++i) message.u8(60).raw(std::string(60, 'x'));
  message.u8(0).u16(1).u16(1);
  for (int i = 0; i < 4900; ++i) message.pointer(12 + 61 * (i % 2)).numbers(Type::TXT, 1).u8(0);
  const MessageView view = MessageView::parse(message.bytes()).value();
  Arena arena;
  Response response(arena);
  const Result<void> assigned = response.assign(view);
  REQUIRE_FALSE(assigned.has_value());
  CHECK(assigned.error() == Error::no_room);
  CHECK(response.answer().empty());
}

TEST_CASE("the size of an answer is that of all its records without compression") {
  Arena arena;
  Response response(arena);
  const Name asked = name("www.example.org.");
  const Question question{.name = asked};
  CHECK(response.uncompressed_size(question) == 33);
  testing::add(response, Section::answer, {"www.example.org. 5 IN A 192.0.2.1"});
  testing::add(response, Section::authority, {"example.org. 5 IN NS ns.example.org."});
  response.edns = Edns{};
  CHECK(response.uncompressed_size(question) == 33 + (17 + 10 + 4) + (13 + 10 + 16));
}

}  // namespace
}  // namespace catena::dns
