// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/wire_testing.hpp"
#include "core/dns/writer.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

namespace catena::dns {
namespace {

using testing::name;
using testing::texts;

constexpr std::size_t kQuestionEnd = 12 + 17 + 4;  // Of www.example.org.
constexpr std::size_t kAddressRecord = 16;         // Its owner a pointer.

/// An answer to www.example.org. and what it needs on the way out.
struct Outgoing {
  Arena arena;
  Response response{arena};
  Name asked = name("www.example.org.");
  Envelope envelope{.id = 7, .question = Question{.name = asked}};
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(kMaxMessage);

  void add_addresses(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<std::uint8_t> address = arena.array<std::uint8_t>(4);
      store32(address.data(), static_cast<std::uint32_t>(0x0a000000 + i));
      response.add(Section::answer, {.owner = asked, .ttl = 30, .rdata = address});
    }
  }

  MessageView send() { return MessageView::parse(encode(response, envelope, buffer)).value(); }
};

std::size_t count(const MessageView& message, Section section) {
  std::size_t records = 0;
  for (const PackedRecord& record : message.records(section)) records += record.rdata_size > 0;
  return records;
}

std::set<std::uint32_t> addresses(const MessageView& message) {
  std::set<std::uint32_t> all;
  for (const PackedRecord& record : message.records(Section::answer)) {
    all.insert(load32(message.bytes().data() + record.rdata));
  }
  return all;
}

TEST_CASE("as many addresses leave as the limit holds, each once, in order") {
  for (const std::size_t total : {1, 100, 1000}) {
    Outgoing out;
    out.add_addresses(total);
    out.envelope.opt = Edns{.udp_size = 1232};
    for (std::size_t limit = 512; limit <= kMaxMessage; limit += limit < 20000 ? 1 : 997) {
      out.envelope.limit = limit;
      const MessageView message = out.send();
      const std::size_t room = (limit - kQuestionEnd - 11) / kAddressRecord;
      const std::size_t expected = std::min(total, room);
      const std::set<std::uint32_t> got = addresses(message);
      INFO("limit " << limit << ", " << total << " addresses");
      REQUIRE(message.bytes().size() == kQuestionEnd + 11 + expected * kAddressRecord);
      REQUIRE(message.bytes().size() <= limit);
      REQUIRE(got.size() == expected);
      REQUIRE(*got.begin() == 0x0a000000);
      REQUIRE(*got.rbegin() == 0x0a000000 + expected - 1);
      REQUIRE(message.flags().has(Flags::kTC) == (expected < total));
      REQUIRE(message.edns().has_value());
    }
    out.envelope.limit = kMaxMessage;
    CHECK(addresses(out.send()).size() == total);
  }
}

TEST_CASE("records are dropped from the end, section by section") {
  struct Case {
    const char* title;
    std::size_t room;  // Behind the question; answer 16 + 16, authority 17, additional 16.
    std::array<std::size_t, 3> counts;
    bool truncated;
  };
  const Case cases[] = {
      {"all of it fits exactly", 16 + 16 + 17 + 16, {2, 1, 1}, false},
      {"one byte less costs the additional record", 16 + 16 + 17 + 15, {2, 1, 0}, true},
      {"authority goes before the answer does", 16 + 16 + 16, {2, 0, 0}, true},
      {"one answer is better than none", 16 + 15, {1, 0, 0}, true},
      {"nothing fits, nor does what is smaller behind it", 15, {0, 0, 0}, true},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Outgoing out;
      out.add_addresses(2);
      testing::add(out.response, Section::authority, {"example.org. 5 IN NS ns.example.org."});
      testing::add(out.response, Section::additional, {"ns.example.org. 5 IN A 192.0.2.1"});
      out.envelope.limit = kQuestionEnd + c.room;
      const MessageView message = out.send();
      CHECK(count(message, Section::answer) == c.counts[0]);
      CHECK(count(message, Section::authority) == c.counts[1]);
      CHECK(count(message, Section::additional) == c.counts[2]);
      CHECK(message.flags().has(Flags::kTC) == c.truncated);
    }
  }
}

TEST_CASE("a record behind one that did not fit is dropped too") {
  Outgoing out;
  testing::add(out.response, Section::answer,
               {"www.example.org. 5 IN TXT " + std::string(200, 'x')});
  out.add_addresses(1);
  out.envelope.limit = kQuestionEnd + 100;
  const MessageView message = out.send();
  CHECK(count(message, Section::answer) == 0);
  CHECK(message.flags().has(Flags::kTC));
}

TEST_CASE("the OPT record leaves with its options, and is never cut") {
  const std::vector<std::uint8_t> options = {0, 10, 0, 2, 'a', 'b'};
  Outgoing out;
  out.add_addresses(3);
  out.envelope.opt = Edns{.udp_size = 1232, .flags = Edns::kDO, .options = options};
  out.envelope.limit = kQuestionEnd + 17 + kAddressRecord;
  const MessageView message = out.send();
  CHECK(message.bytes().size() == out.envelope.limit);
  CHECK(count(message, Section::answer) == 1);
  REQUIRE(message.edns().has_value());
  CHECK(message.edns()->dnssec_ok());
  CHECK(message.edns()->option(OptionCode::Cookie).has_value());
}

TEST_CASE("options give way before a message does") {
  const std::vector<std::uint8_t> padding(600, 0);
  Outgoing out;
  out.envelope.opt = Edns{.udp_size = 512, .options = padding};
  out.envelope.limit = 512;
  const MessageView message = out.send();
  REQUIRE(message.edns().has_value());
  CHECK(message.edns()->options.empty());
  out.envelope.limit = kQuestionEnd + 10;
  CHECK(encode(out.response, out.envelope, out.buffer).empty());
  out.envelope.opt.reset();
  CHECK(encode(out.response, out.envelope, out.buffer).size() == kQuestionEnd);
  out.envelope.limit = kQuestionEnd - 1;
  CHECK(encode(out.response, out.envelope, out.buffer).empty());
  out.envelope.question.reset();
  CHECK(encode(out.response, out.envelope, out.buffer).size() == kHeaderSize);
  CHECK(encode(out.response, out.envelope, {}).empty());
}

TEST_CASE("the buffer is a limit too") {
  Outgoing out;
  out.add_addresses(100);
  out.envelope.limit = kMaxMessage;
  out.buffer.resize(kQuestionEnd + 2 * kAddressRecord);
  CHECK(count(out.send(), Section::answer) == 2);
}

TEST_CASE("the header is made of query and answer") {
  struct Case {
    const char* title;
    std::uint16_t query;
    std::uint16_t answer;
    Rcode rcode;
    std::uint16_t expected;
  };
  const Case cases[] = {
      {"RD and CD are the query's", Flags::kRD | Flags::kCD, 0, Rcode::NoError, 0x8110},
      {"AA, RA, AD and Z are the answer's", 0, 0x04e0, Rcode::NoError, 0x84e0},
      {"the query's own AA, TC, RA, AD, Z do not come back", 0x06e0, 0, Rcode::NoError, 0x8000},
      {"RD, CD, QR and opcode of the answer do not count", 0, 0xf910, Rcode::NoError, 0x8000},
      {"TC of the answer stays", 0, Flags::kTC, Rcode::NoError, 0x8200},
      {"rcode", 0, 0, Rcode::NXDomain, 0x8003},
      {"RD and CD are not echoed to NOTIFY", 0x2110, Flags::kAA, Rcode::NoError, 0xa400},
      {"RD and CD of a forwarded reply to NOTIFY stay", 0x2000, 0x0110, Rcode::NoError, 0xa110},
      {"an rcode over 15 without OPT is SERVFAIL", 0, 0, Rcode::BadVers, 0x8002},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Outgoing out;
      out.envelope.query_flags = Flags(c.query);
      out.response.flags = Flags(c.answer);
      out.response.rcode = c.rcode;
      CHECK(out.send().flags().bits() == c.expected);
      CHECK(out.send().id() == 7);
    }
  }
}

TEST_CASE("the upper bits of an rcode travel in OPT") {
  Outgoing out;
  out.envelope.opt = Edns{.udp_size = 1232, .extended_rcode = 9};
  out.response.rcode = Rcode::BadCookie;
  CHECK(out.send().rcode() == Rcode::BadCookie);
  out.response.rcode = Rcode::Refused;
  CHECK(out.send().rcode() == Rcode::Refused);
}

TEST_CASE("an answer that did not fit its arena leaves truncated") {
  Outgoing out;
  while (out.response.add(Section::answer, {.owner = out.asked})) {
  }
  CHECK(out.response.overflowed());
  out.response.shrink(Section::answer, 0);
  CHECK(out.send().flags().has(Flags::kTC));
}

TEST_CASE("a bare header keeps what came and counts nothing") {
  struct Case {
    const char* title;
    std::uint16_t received;
    Rcode rcode;
    Opcode opcode;
    std::uint16_t expected;
  };
  const Case cases[] = {
      {"FORMERR is always of opcode QUERY", 0x1100, Rcode::FormErr, Opcode::Query, 0x8101},
      {"NOTIMP keeps the opcode", 0x1000, Rcode::NotImp, Opcode::Status, 0x9004},
      {"RD RA TC AD CD stay, AA and Z do not", 0x07f0, Rcode::FormErr, Opcode::Query, 0x83b1},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const Header query{.id = 0xabcd, .flags = Flags(c.received), .counts = {2, 3, 4, 5}};
      const auto bytes = bare_header(query, c.rcode, c.opcode);
      const Header sent = Header::read(bytes).value();
      CHECK(sent.id == 0xabcd);
      CHECK(sent.flags.bits() == c.expected);
      CHECK(sent.counts == std::array<std::uint16_t, 4>{});
    }
  }
}

}  // namespace
}  // namespace catena::dns
