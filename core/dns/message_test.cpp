// SPDX-License-Identifier: Apache-2.0
#include "core/dns/message.hpp"

#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::dns {
namespace {

using testing::RawMessage;
using testing::texts;

RawMessage query(unsigned answers = 0, unsigned authority = 0, unsigned additional = 0) {
  return RawMessage().header(1, answers, authority, additional).question("example.org.");
}

TEST_CASE("a query of the usual kind is read") {
  const RawMessage message = query(0, 0, 1).opt(std::string("\0\x0a\0\2ab", 6), 1232, 0x01008000);
  const Result<MessageView> parsed = MessageView::parse(message.bytes());
  REQUIRE(parsed.has_value());
  CHECK(parsed->id() == 0x1234);
  CHECK(parsed->flags().has(Flags::kRD));
  CHECK(parsed->flags().opcode() == Opcode::Query);
  CHECK(parsed->question().name.to_text() == "example.org.");
  CHECK(parsed->question().name.data() == message.bytes().data() + kHeaderSize);
  CHECK(parsed->question().type == Type::A);
  CHECK(parsed->question().qclass == Class::IN);
  REQUIRE(parsed->edns().has_value());
  CHECK(parsed->edns()->udp_size == 1232);
  CHECK(parsed->edns()->version == 0);
  CHECK(parsed->edns()->dnssec_ok());
  CHECK(parsed->edns()->option(OptionCode::Cookie).has_value());
  CHECK(parsed->rcode() == Rcode::BadVers);
  CHECK_FALSE(parsed->tsig().has_value());
  const MessageView::Records additional = parsed->records(Section::additional);
  CHECK(additional.begin() == additional.end());
}

TEST_CASE("malformed messages are refused with a reason") {
  struct Case {
    const char* title;
    RawMessage message;
    Error error;
  };
  const Case cases[] = {
      {"nothing", RawMessage(), Error::truncated},
      {"eleven bytes", RawMessage().header(1, 0, 0, 0).cut(1), Error::truncated},
      {"a header that counts a question", RawMessage().header(1, 0, 0, 0), Error::truncated},
      {"a question without a class", query().cut(2), Error::truncated},
      {"a question cut in the name", RawMessage().header(1, 0, 0, 0).raw("\7exam"),
       Error::truncated},
      {"a question that points into the header", RawMessage().header(1, 0, 0, 0).pointer(4).u32(0),
       Error::bad_pointer},
      {"a question that points to itself", RawMessage().header(1, 0, 0, 0).pointer(12).u32(0),
       Error::bad_pointer},
      {"a label over 63",
       RawMessage().header(1, 0, 0, 0).u8(64).raw(std::string(64, 'x')).u8(0).u32(0),
       Error::bad_label_type},
      {"a second question that is missing", RawMessage().header(2, 0, 0, 0).question("a."),
       Error::truncated},
      {"an answer that is missing", query(1), Error::truncated},
      {"counts of 65535", RawMessage().header(1, 65535, 65535, 65535).question("a."),
       Error::truncated},
      {"a record cut before its numbers", query(1).pointer(12), Error::truncated},
      {"a record cut in its numbers", query(1).pointer(12).numbers(Type::A, 4).cut(1),
       Error::truncated},
      {"a record cut in its data", query(1).pointer(12).numbers(Type::A, 4).raw("abc"),
       Error::truncated},
      {"an owner that loops", query(1).pointer(29).numbers(Type::A, 4).u32(0), Error::bad_pointer},
      {"an A record of three bytes", query(1).pointer(12).numbers(Type::A, 3).raw("abc"),
       Error::bad_rdata},
      {"an A record of five bytes", query(1).pointer(12).numbers(Type::A, 5).raw("abcde"),
       Error::bad_rdata},
      {"a CNAME longer than its data", query(1).pointer(12).numbers(Type::CNAME, 2).name("abc."),
       Error::bad_rdata},
      {"a CNAME shorter than its data",
       query(1).pointer(12).numbers(Type::CNAME, 6).name("abc.").u8(0), Error::bad_rdata},
      {"a CNAME that points forwards", query(1).pointer(12).numbers(Type::CNAME, 2).pointer(100),
       Error::bad_pointer},
      {"a CNAME that points to itself", query(1).pointer(12).numbers(Type::CNAME, 2).pointer(41),
       Error::bad_pointer},
      {"an SRV target of label type 01",
       query(1).pointer(12).numbers(Type::SRV, 8).u32(0).u16(0).u16(0x4100), Error::bad_label_type},
      {"a TXT string beyond its data", query(1).pointer(12).numbers(Type::TXT, 3).raw("\3ab"),
       Error::bad_rdata},
      {"two OPT records", query(0, 0, 2).opt().opt(), Error::duplicate_opt},
      {"an OPT record with an owner", query(0, 0, 1).name("a.").numbers(Type::OPT, 0, 1232, 0),
       Error::bad_rdata},
      {"an OPT record among the answers", query(1).opt(), Error::bad_rdata},
      {"an EDNS option that is cut", query(0, 0, 1).opt(std::string("\0\x0a\0\3ab", 6)),
       Error::bad_rdata},
      {"an OPT record that is cut", query(0, 0, 1).opt("abcd").cut(1), Error::truncated},
      {"a TSIG record before the last", query(0, 0, 2).tsig().opt(), Error::misplaced_tsig},
      {"a TSIG record among the answers", query(1).tsig(), Error::misplaced_tsig},
      {"a TSIG record that is cut", query(0, 0, 1).tsig().cut(1), Error::truncated},
      {"a TSIG record whose MAC is too long",
       query(0, 0, 1)
           .name("k.")
           .numbers(Type::TSIG, 17)
           .name(".")
           .raw(std::string(8, '\0'))
           .u16(9)
           .raw(std::string(6, '\0')),
       Error::bad_rdata},
      {"a TSIG record without data", query(0, 0, 1).name("k.").numbers(Type::TSIG, 0, 255),
       Error::bad_rdata},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const Result<MessageView> parsed = MessageView::parse(c.message.bytes());
      REQUIRE_FALSE(parsed.has_value());
      CHECK(parsed.error() == c.error);
    }
  }
}

TEST_CASE("unusual messages that are legal are read") {
  struct Case {
    const char* title;
    RawMessage message;
  };
  const Case cases[] = {
      {"no question at all", RawMessage().header(0, 0, 0, 0)},
      {"two questions", RawMessage().header(2, 0, 0, 0).question("a.").question("b.")},
      {"the root", RawMessage().header(1, 0, 0, 0).question(".")},
      {"bytes behind the message", query().raw("garbage")},
      {"another class", RawMessage().header(1, 0, 0, 0).name("version.bind.").u16(16).u16(3)},
      {"EDNS version 1", query(0, 0, 1).opt({}, 1232, 0x00010000)},
      {"a record without data, as updates have it", query(1).pointer(12).numbers(Type::A, 0, 254)},
      {"a type without a name",
       query(1).pointer(12).numbers(static_cast<Type>(65280), 2).raw("ab")},
      {"OPT and TSIG", query(0, 0, 2).opt().tsig()},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) { CHECK(MessageView::parse(c.message.bytes()).has_value()); }
  }
}

TEST_CASE("a message may end behind its question if counts are taken leniently") {
  struct Case {
    const char* title;
    RawMessage message;
    bool read;
  };
  const Case cases[] = {
      {"one answer counted, none there", query(1, 1, 2), true},
      {"an answer that begins is read to its end", query(1).u8(0), false},
      {"records behind it still count", query(0, 0, 1).opt(), true},
      {"an OPT record there, a second one missing", query(0, 0, 2).opt(), false},
      {"a question that is missing", RawMessage().header(1, 0, 0, 0), false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const auto counts = MessageView::Counts::lenient_after_question;
      const Result<MessageView> parsed = MessageView::parse(c.message.bytes(), counts);
      REQUIRE(parsed.has_value() == c.read);
      if (!c.read) return;
      for (const Section section : {Section::answer, Section::authority, Section::additional}) {
        CHECK(parsed->records(section).begin() == parsed->records(section).end());
      }
    }
  }
}

TEST_CASE("records are read with compressed names in owner and data") {
  RawMessage message = RawMessage().header(1, 2, 1, 3).question("a.example.org.", Type::MX);
  message.pointer(12).numbers(Type::CNAME, 4).raw("\1b").pointer(14);
  message.raw("\1b").pointer(14).numbers(Type::MX, 6).u16(10).raw("\1m").pointer(14);
  message.pointer(14)
      .numbers(Type::SOA, 24)
      .pointer(12)
      .pointer(14)
      .u32(1)
      .u32(2)
      .u32(3)
      .u32(4)
      .u32(5);
  message.raw("\1m").pointer(14).numbers(Type::SRV, 8).u16(1).u16(2).u16(3).pointer(12);
  message.opt().raw("\1m").pointer(14).numbers(Type::A, 4).u32(0x01020304);
  const Result<MessageView> parsed = MessageView::parse(message.bytes());
  REQUIRE(parsed.has_value());
  Arena arena;
  CHECK(texts(*parsed, Section::answer, arena) ==
        std::vector<std::string>{"a.example.org.\t300\tIN\tCNAME\tb.example.org.",
                                 "b.example.org.\t300\tIN\tMX\t10 m.example.org."});
  CHECK(texts(*parsed, Section::authority, arena) ==
        std::vector<std::string>{
            "example.org.\t300\tIN\tSOA\ta.example.org. example.org. 1 2 3 4 5"});
  CHECK(texts(*parsed, Section::additional, arena) ==
        std::vector<std::string>{"m.example.org.\t300\tIN\tSRV\t1 2 3 a.example.org.",
                                 "m.example.org.\t300\tIN\tA\t1.2.3.4"});
  CHECK(parsed->edns().has_value());
}

TEST_CASE("OPT and TSIG are not among the records, wherever they lie") {
  RawMessage message = query(0, 0, 4);
  message.pointer(12).numbers(Type::A, 4).u32(1).opt().pointer(12).numbers(Type::A, 4).u32(2);
  const std::size_t tsig_at = message.size();
  message.tsig();
  const Result<MessageView> parsed = MessageView::parse(message.bytes());
  REQUIRE(parsed.has_value());
  Arena arena;
  CHECK(texts(*parsed, Section::additional, arena).size() == 2);
  CHECK(parsed->tsig() == tsig_at);
}

TEST_CASE("every prefix of a message is refused or read, never more than that") {
  RawMessage message = RawMessage().header(1, 1, 0, 2).question("a.example.org.", Type::MX);
  message.pointer(12).numbers(Type::MX, 6).u16(10).raw("\1m").pointer(14).opt("").tsig();
  const testing::Bytes& all = message.bytes();
  for (std::size_t size = 0; size < all.size(); ++size) {
    const testing::Bytes part(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(MessageView::parse(part).has_value());
  }
  CHECK(MessageView::parse(all).has_value());
}

TEST_CASE("the question is found in a message that is broken behind it") {
  const RawMessage broken = query(1).u8(0xff);
  REQUIRE(parse_question(broken.bytes()).has_value());
  CHECK(parse_question(broken.bytes())->name.to_text() == "example.org.");
  CHECK_FALSE(parse_question(RawMessage().header(2, 0, 0, 0).question("a.").question("b.").bytes())
                  .has_value());
  CHECK_FALSE(parse_question(RawMessage().header(0, 0, 0, 0).bytes()).has_value());
  CHECK_FALSE(parse_question(query().cut(1).bytes()).has_value());
  CHECK_FALSE(parse_question({}).has_value());
}

TEST_CASE("the header alone is read from twelve bytes") {
  CHECK_FALSE(Header::read(RawMessage().header(1, 2, 3, 4).cut(1).bytes()).has_value());
  const std::optional<Header> header = Header::read(RawMessage().header(1, 2, 3, 4).bytes());
  REQUIRE(header.has_value());
  CHECK(header->id == 0x1234);
  CHECK(header->counts == std::array<std::uint16_t, 4>{1, 2, 3, 4});
  Flags flags(0x2403);
  CHECK(flags.opcode() == Opcode::Notify);
  CHECK(flags.rcode() == Rcode::NXDomain);
  CHECK(flags.has(Flags::kAA));
  flags.clear(Flags::kAA);
  CHECK_FALSE(flags.has(Flags::kAA));
}

}  // namespace
}  // namespace catena::dns
