// SPDX-License-Identifier: Apache-2.0
#include "core/dns/rdata.hpp"

#include "core/dns/encodings.hpp"

#include "test/support/records.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace catena;
using namespace catena::dns;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  REQUIRE(append_from_hex(bytes, digits));
  return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

/// The pieces in their order: "[000A][compressible mail.example.org.]".
struct Walked {
  std::string pieces;
  bool fits;
};

Walked walk(Type type, std::span<const std::uint8_t> rdata) {
  Walked walked;
  walked.fits = walk_rdata(
      type, rdata,
      [&](NameView name, bool compressible) {
        walked.pieces += (compressible ? "[compressible " : "[name ") + name.to_text() + ']';
      },
      [&](std::span<const std::uint8_t> bytes) { walked.pieces += '[' + to_hex(bytes) + ']'; });
  return walked;
}

/// A message's place 12 holds "example.org." in these tests; place 25 is where the data starts.
constexpr const char* kBefore =
    "000000000000000000000000"
    "076578616D706C65036F726700";
constexpr std::size_t kStart = 25;

}  // namespace

TEST_CASE("data is walked name by name") {
  struct Case {
    const char* name;
    const char* record;
    const char* pieces;
  };
  const Case cases[] = {
      {.name = "no name at all", .record = "a. 1 IN A 192.0.2.1", .pieces = "[C0000201]"},
      {.name = "only a name", .record = "a. 1 IN NS b.", .pieces = "[compressible b.]"},
      {.name = "a number before the name",
       .record = "a. 1 IN MX 10 b.",
       .pieces = "[000A][compressible b.]"},
      {.name = "SRV's name is not compressed",
       .record = "a. 1 IN SRV 1 2 3 b.",
       .pieces = "[000100020003][name b.]"},
      {.name = "two names and bytes behind them",
       .record = "a. 1 IN SOA b. c. 1 2 3 4 5",
       .pieces = "[compressible b.][compressible c.][0000000100000002000000030000000400000005]"},
      {.name = "a name between bytes",
       .record = "a. 1 IN NSEC b. A",
       .pieces = "[name b.][000140]"},
      {.name = "a type without a layout",
       .record = "a. 1 IN TYPE731 \\# 2 0102",
       .pieces = "[0102]"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Arena arena;
      const Record record = test::record(c.record, arena);
      const Walked walked = walk(record.type, record.rdata);
      CHECK(walked.fits);
      CHECK(walked.pieces == c.pieces);
    }
  }
}

TEST_CASE("data that does not fit its type is walked as bytes") {
  struct Case {
    const char* name;
    Type type;
    const char* rdata;
  };
  const Case cases[] = {
      {.name = "an address too short", .type = Type::A, .rdata = "C00002"},
      {.name = "an address too long", .type = Type::A, .rdata = "C000020101"},
      {.name = "a name without its end", .type = Type::NS, .rdata = "0161"},
      {.name = "a compressed name", .type = Type::NS, .rdata = "C00C"},
      {.name = "bytes behind the name", .type = Type::NS, .rdata = "01610000"},
      {.name = "a string without its end", .type = Type::TXT, .rdata = "036161"},
      {.name = "CAA's tag empty", .type = Type::CAA, .rdata = "000061"},
      {.name = "CAA's tag with a dash", .type = Type::CAA, .rdata = "00012D61"},
      {.name = "a window of no bytes", .type = Type::NSEC, .rdata = "000000"},
      {.name = "windows out of order", .type = Type::NSEC, .rdata = "00010140000140"},
      {.name = "the same parameter twice",
       .type = Type::SVCB,
       .rdata = "0001000003000201BB0003000201BB"},
      {.name = "TSIG's MAC too long", .type = Type::TSIG, .rdata = "00000000000001012C000501"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Bytes rdata = from_hex(c.rdata);
      const Walked walked = walk(c.type, rdata);
      CHECK_FALSE(walked.fits);
      CHECK(walked.pieces == '[' + std::string(c.rdata) + ']');
      CHECK(rdata_to_text(c.type, rdata) == "\\# " + std::to_string(rdata.size()) + ' ' + c.rdata);
    }
  }
}

TEST_CASE("names in a message are uncompressed") {
  struct Case {
    const char* name;
    Type type;
    const char* rdata;
    const char* text;
  };
  const Case cases[] = {
      {.name = "a pointer alone", .type = Type::NS, .rdata = "C00C", .text = "example.org."},
      {.name = "a number and a pointer",
       .type = Type::MX,
       .rdata = "000A0461626364C00C",
       .text = "10 abcd.example.org."},
      {.name = "two pointers",
       .type = Type::SOA,
       .rdata = "C00C0161C00C0000000100000002000000030000000400000005",
       .text = "example.org. a.example.org. 1 2 3 4 5"},
      {.name = "old senders compressed SRV",
       .type = Type::SRV,
       .rdata = "000100020003C00C",
       .text = "1 2 3 example.org."},
      {.name = "no name",
       .type = Type::AAAA,
       .rdata = "20010DB8000000000000000000000001",
       .text = "2001:db8::1"},
      {.name = "nothing, as in an update", .type = Type::A, .rdata = "", .text = "\\# 0"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Bytes message = from_hex(std::string(kBefore) + c.rdata);
      Arena arena;
      const auto rdata = unpack_rdata(message, kStart, message.size() - kStart, c.type, arena);
      REQUIRE(rdata.has_value());
      CHECK(rdata_to_text(c.type, *rdata) == c.text);
    }
  }
}

TEST_CASE("data of a message that does not fit is refused") {
  struct Case {
    const char* name;
    Type type;
    const char* rdata;
    std::size_t length;
    dns::Error error;
  };
  const Case cases[] = {
      {.name = "longer than the message",
       .type = Type::A,
       .rdata = "C000",
       .length = 4,
       .error = dns::Error::truncated},
      {.name = "an address too long",
       .type = Type::A,
       .rdata = "C000020101",
       .length = 5,
       .error = dns::Error::bad_rdata},
      {.name = "a name that reaches beyond the data",
       .type = Type::NS,
       .rdata = "016100",
       .length = 2,
       .error = dns::Error::bad_rdata},
      {.name = "a pointer to itself",
       .type = Type::NS,
       .rdata = "C019",
       .length = 2,
       .error = dns::Error::bad_pointer},
      {.name = "bytes behind a name",
       .type = Type::NS,
       .rdata = "016100FF",
       .length = 4,
       .error = dns::Error::bad_rdata},
      {.name = "numbers missing",
       .type = Type::SOA,
       .rdata = "000000000001",
       .length = 6,
       .error = dns::Error::bad_rdata},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Bytes message = from_hex(std::string(kBefore) + c.rdata);
      Arena arena;
      const auto rdata = unpack_rdata(message, kStart, c.length, c.type, arena);
      REQUIRE_FALSE(rdata.has_value());
      CHECK(rdata.error() == c.error);
    }
  }
}

TEST_CASE("a full arena is an error of its own") {
  const Bytes message = from_hex(std::string(kBefore) + "C00C");
  Arena arena;
  while (arena.take(4096) != nullptr) {
  }
  while (arena.take(1, 1) != nullptr) {
  }
  const auto rdata = unpack_rdata(message, kStart, 2, Type::NS, arena);
  REQUIRE_FALSE(rdata.has_value());
  CHECK(rdata.error() == dns::Error::no_room);
}

TEST_CASE("the name that a record points to") {
  struct Case {
    const char* name;
    const char* record;
    const char* target;
  };
  const Case cases[] = {
      {.name = "CNAME", .record = "a. 1 IN CNAME b.c.", .target = "b.c."},
      {.name = "behind MX's preference", .record = "a. 1 IN MX 10 b.c.", .target = "b.c."},
      {.name = "behind SRV's numbers", .record = "a. 1 IN SRV 1 2 3 b.c.", .target = "b.c."},
      {.name = "an address has none", .record = "a. 1 IN A 192.0.2.1", .target = nullptr},
      {.name = "SOA's names are no targets",
       .record = "a. 1 IN SOA b. c. 1 2 3 4 5",
       .target = nullptr},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Arena arena;
      const Record record = test::record(c.record, arena);
      const auto target = target_of(record.type, record.rdata);
      REQUIRE(target.has_value() == (c.target != nullptr));
      if (target) CHECK(target->to_text() == c.target);
    }
  }
  CHECK_FALSE(target_of(Type::SRV, from_hex("0001")));
}

TEST_CASE("SOA's fields") {
  Arena arena;
  const Record record = test::record("a. 1 IN SOA ns.a. admin.a. 4294967295 2 3 4 5", arena);
  const auto soa = soa_of(record.rdata);
  REQUIRE(soa);
  CHECK(soa->mname.to_text() == "ns.a.");
  CHECK(soa->rname.to_text() == "admin.a.");
  CHECK(soa->serial == 4294967295u);
  CHECK(soa->refresh == 2);
  CHECK(soa->retry == 3);
  CHECK(soa->expire == 4);
  CHECK(soa->minimum == 5);
  CHECK_FALSE(soa_of(record.rdata.first(record.rdata.size() - 1)));
}
