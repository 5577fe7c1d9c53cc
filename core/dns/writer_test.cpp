// SPDX-License-Identifier: Apache-2.0
#include "core/dns/writer.hpp"

#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

namespace catena::dns {
namespace {

using testing::name;
using testing::texts;

/// Writes a question and records in presentation form.
class Written {
 public:
  explicit Written(std::string_view question, std::size_t size = kMaxMessage)
      : buffer_(size), writer_(buffer_), question_(name(question)) {
    writer_.header(7, Flags(Flags::kQR));
    fits_ = writer_.question({.name = question_, .type = Type::ANY, .qclass = Class::IN});
  }

  bool add(const std::string& line, Section section = Section::answer) {
    return writer_.record(section, parse_record(line, arena_).value());
  }

  bool fits() const { return fits_; }
  Writer& writer() { return writer_; }
  Arena& arena() { return arena_; }
  NameView question() const { return question_; }

  MessageView read() {
    bytes_ = writer_.finish();
    return MessageView::parse(bytes_).value();
  }

 private:
  std::vector<std::uint8_t> buffer_;
  Arena arena_;
  Writer writer_;
  Name question_;
  bool fits_ = false;
  std::span<const std::uint8_t> bytes_;
};

TEST_CASE("what is written is read back, compressed") {
  struct Case {
    const char* title;
    std::vector<std::string> records;
    std::size_t size;  // Behind header and the question www.example.org. (33 bytes).
  };
  const Case cases[] = {
      {"an owner that is the question is a pointer", {"www.example.org.\t5\tIN\tA\t192.0.2.1"}, 16},
      {"a CNAME and its target share a suffix",
       {"www.example.org.\t5\tIN\tCNAME\tweb.example.org.",
        "web.example.org.\t5\tIN\tA\t192.0.2.1"},
       12 + 6 + 16},
      {"SRV targets are whole, and glue points into them",
       {"www.example.org.\t5\tIN\tSRV\t0 0 53 ns.other.test.",
        "ns.other.test.\t5\tIN\tA\t192.0.2.1"},
       12 + 6 + 15 + 16},
      {"SOA has two names that shrink",
       {"example.org.\t5\tIN\tSOA\tns.example.org. root.ns.example.org. 1 2 3 4 5"},
       12 + 5 + 7 + 20},
      {"data that names the question is a pointer", {"org.\t5\tIN\tNS\twww.example.org."}, 12 + 2},
      {"the root takes one byte", {".\t5\tIN\tNS\t."}, 11 + 1},
      {"names in DNSSEC's data stay whole",
       {"www.example.org.\t5\tIN\tNSEC\twww.example.org. A"},
       12 + 17 + 3},
      {"a type without a name", {"www.example.org.\t5\tIN\tTYPE731\t\\# 3 ABCDEF"}, 12 + 3},
      {"letter case is kept",
       {"www.example.org.\t5\tIN\tCNAME\tWeb.Example.org.",
        "Web.Example.org.\t5\tIN\tCNAME\tWEB.Example.org."},
       12 + 14 + 12 + 6},
      {"a suffix in other letters is not pointed to",
       {"a.EXAMPLE.org.\t5\tIN\tA\t192.0.2.1", "b.example.org.\t5\tIN\tA\t192.0.2.1"},
       10 + 14 + 2 + 14 + 4 + 0},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Written written("www.example.org.");
      for (const std::string& record : c.records) CHECK(written.add(record));
      const MessageView message = written.read();
      CHECK(texts(message, Section::answer, written.arena()) == c.records);
      CHECK(message.bytes().size() - 33 == c.size);
    }
  }
}

TEST_CASE("an owner takes the question's letter case") {
  Written written("wWw.eXample.org.");
  CHECK(written.add("www.example.org. 5 IN A 192.0.2.1"));
  const MessageView message = written.read();
  CHECK(message.bytes()[33] == 0xc0);
  CHECK(message.bytes()[34] == 12);
  CHECK(texts(message, Section::answer, written.arena()).front() ==
        "wWw.eXample.org.\t5\tIN\tA\t192.0.2.1");
}

TEST_CASE("thousands of names outgrow the table and are still right") {
  Written written("example.org.");
  std::vector<std::string> records;
  for (int i = 0; i < 1500; ++i) {
    records.push_back(
        fmt::format("h{}.z{}.example.org.\t5\tIN\tNS\tn{}.z{}.example.org.", i, i % 40, i, i % 7));
  }
  for (const std::string& record : records) REQUIRE(written.add(record));
  const MessageView message = written.read();
  CHECK(message.bytes().size() > 0x4000);
  CHECK(texts(message, Section::answer, written.arena()) == records);
}

TEST_CASE("a name of 127 labels is compressed label by label") {
  Written written("a.");
  std::vector<std::string> records;
  std::string owner = "a.";
  while (owner.size() < 254) {
    owner = "b." + owner;
    records.push_back(owner + "\t5\tIN\tA\t192.0.2.1");
  }
  for (const std::string& record : records) REQUIRE(written.add(record));
  CHECK(texts(written.read(), Section::answer, written.arena()) == records);
}

TEST_CASE("a record is written whole or not at all") {
  for (std::size_t room = 0; room < 44; ++room) {
    Written written("www.example.org.", 33 + room);
    REQUIRE(written.fits());
    const bool fits = written.add("x.example.org. 5 IN SRV 0 0 53 long.name.test.");
    CHECK(fits == (room >= 4 + 10 + 6 + 16));
    CHECK(written.writer().size() == (fits ? 33 + 36 : 33));
    // The bytes of a record that failed must not serve as names for the next one.
    const bool next = written.add("name.test. 5 IN A 192.0.2.1");
    Arena arena;
    const std::vector<std::string> read = texts(written.read(), Section::answer, arena);
    CHECK(read.size() == std::size_t{fits} + std::size_t{next});
    if (next) CHECK(read.back() == "name.test.\t5\tIN\tA\t192.0.2.1");
  }
}

TEST_CASE("header and question need their room too") {
  std::array<std::uint8_t, 11> small;
  Writer writer(small);
  writer.header(1, Flags());
  CHECK_FALSE(writer.question({}));
  writer.set_truncated();
  CHECK(writer.finish().empty());
  CHECK_FALSE(Written("www.example.org.", 32).fits());
  CHECK(Written("www.example.org.", 33).fits());
}

TEST_CASE("OPT, TC, counts and sections are where they belong") {
  Written written("www.example.org.");
  CHECK(written.add("www.example.org. 5 IN A 192.0.2.1"));
  CHECK(written.add("example.org. 5 IN NS ns.example.org.", Section::authority));
  const std::vector<std::uint8_t> options = {0, 3, 0, 1, 'x'};
  Edns edns{
      .udp_size = 1232, .extended_rcode = 1, .version = 0, .flags = Edns::kDO, .options = options};
  CHECK(written.writer().opt(edns));
  CHECK(written.add("ns.example.org. 5 IN A 192.0.2.2", Section::additional));
  written.writer().set_truncated();
  const MessageView message = written.read();
  CHECK(message.id() == 7);
  CHECK(message.flags().bits() == (Flags::kQR | Flags::kTC));
  CHECK(message.header().counts == std::array<std::uint16_t, 4>{1, 1, 1, 2});
  REQUIRE(message.edns().has_value());
  CHECK(message.edns()->udp_size == 1232);
  CHECK(message.edns()->flags == Edns::kDO);
  CHECK(message.edns()->options.size() == 5);
  CHECK(message.rcode() == Rcode::BadVers);
}

TEST_CASE("data that does not fit its type is written as it is") {
  Written written("www.example.org.");
  const std::vector<std::uint8_t> odd = {1, 2, 3};
  CHECK(written.writer().record(Section::answer,
                                {.owner = written.question(), .type = Type::MX, .rdata = odd}));
  const std::span<const std::uint8_t> bytes = written.writer().finish();
  CHECK(std::vector<std::uint8_t>(bytes.end() - 3, bytes.end()) == odd);
}

}  // namespace
}  // namespace catena::dns
