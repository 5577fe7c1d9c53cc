// SPDX-License-Identifier: Apache-2.0
// The reader that transfers are tested with, by messages that nobody sends and by those that only
// others do.
#include "test/support/transfer_reader.hpp"

#include "core/dns/writer.hpp"

#include "test/support/messages.hpp"
#include "test/support/records.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace catena::test {
namespace {

using Step = TransferReader::Step;
using Shape = TransferReader::Shape;

constexpr std::string_view kZone = "zone.example.";
constexpr std::uint16_t kId = 7;

/// How a message differs from what it should be.
struct Message {
  std::vector<std::string> records;             ///< "SOA 10": zone.example.'s with that serial.
  std::string question = "zone.example. AXFR";  ///< Empty: none.
  std::uint16_t id = kId;
  std::uint16_t flags = dns::Flags::kQR;
};

std::string text_of(const std::string& record) {
  if (!record.starts_with("SOA ")) return record;
  return fmt::format("zone.example. 60 SOA ns.x. host.x. {} 1 1 1 1", record.substr(4));
}

std::vector<std::uint8_t> bytes_of(const Message& message) {
  Arena arena;
  std::vector<std::uint8_t> out(4096);
  const auto asked = query_bytes(message.question.empty() ? ". A" : message.question);
  dns::Writer writer(out);
  writer.header(message.id, dns::Flags(message.flags));
  if (!message.question.empty()) writer.question(dns::parse_question(asked).value());
  for (const std::string& one : message.records) {
    writer.record(dns::Section::answer, record(text_of(one), arena));
  }
  out.resize(writer.finish().size());
  return out;
}

struct Transfer {
  std::vector<Message> messages;
  std::optional<std::uint32_t> serial = {};
  TransferReader::Limits limits = {};

  /// What was made of it, and of what.
  std::string read() const {
    TransferReader reader({*dns::Name::parse(kZone), kId, serial}, limits);
    std::string seen;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Step step = reader.received(bytes_of(messages[i]));
      if (step == Step::failed) return "failed: " + reader.error();
      seen += std::to_string(reader.records().size()) + " ";
      if (step == Step::more) continue;
      REQUIRE(i + 1 == messages.size());
      return seen + name_of(reader.shape()) + " " + std::to_string(reader.serial());
    }
    return seen + "more";
  }
  static std::string name_of(Shape shape) {
    constexpr const char* kNames[] = {"unknown", "whole", "changes", "up to date"};
    return kNames[static_cast<int>(shape)];
  }
};

constexpr const char* kA = "a.zone.example. 60 A 192.0.2.1";
constexpr const char* kB = "b.zone.example. 60 A 192.0.2.2";

TEST_CASE("transfers and their ends", "[transfer]") {
  const std::string ixfr = "zone.example. IXFR";
  struct Row {
    const char* name;
    Transfer transfer;
    const char* outcome;
  };
  const Row rows[] = {
      {"a zone in one message", {{{{"SOA 10", kA, "SOA 10"}}}}, "3 whole 10"},
      {"a zone in three, of which only the first shows the question",
       {{{{"SOA 10"}}, {{kA}, ""}, {{kB, "SOA 10"}, ""}}},
       "1 1 2 whole 10"},
      {"a zone that has not come to its end", {{{{"SOA 10", kA}}}}, "2 more"},
      {"a zone that begins with something else",
       {{{{kA, "SOA 10"}}}},
       "failed: no SOA record in front"},
      {"a zone that changed on the way",
       {{{{"SOA 10", kA}}, {{"SOA 11"}}}},
       "failed: serial 10 in front, 11 at the end"},
      {"records behind the end",
       {{{{"SOA 10", kA, "SOA 10", kB}}}},
       "failed: records behind the end"},
      {"a record of another zone",
       {{{{"SOA 10", "a.example. 60 A 192.0.2.1"}}}},
       "failed: a record of another zone"},
      {"an SOA record below the zone's name",
       {{{{"SOA 10", "a.zone.example. 60 SOA ns.x. host.x. 10 1 1 1 1"}}}},
       "failed: an SOA record of no zone that was asked for"},
      {"a record of another class",
       {{{{"SOA 10", "a.zone.example. 60 CH A 192.0.2.1"}}}},
       "failed: a record of another class"},
      {"a message without records", {{{{"SOA 10"}}, {{}}}}, "failed: a message without records"},
      {"another question", {{{{"SOA 10"}, "zone.example. SOA"}}}, "failed: another question"},
      {"another zone", {{{{"SOA 10"}, "example. AXFR"}}}, "failed: another question"},
      {"no question in front", {{{{"SOA 10"}, ""}}}, "failed: another question"},
      {"another id", {{{.records = {"SOA 10"}, .id = 8}}}, "failed: another id"},
      {"a question comes back", {{{.records = {"SOA 10"}, .flags = 0}}}, "failed: no answer"},
      {"a refusal", {{{.flags = dns::Flags::kQR | 5}}}, "failed: REFUSED"},
      {"a message that is cut",
       {{{.records = {"SOA 10"}, .flags = dns::Flags::kQR | dns::Flags::kTC}}},
       "failed: an answer that is cut"},
      {"more messages than may be",
       {.messages = {{{"SOA 10"}}, {{kA}}, {{kB}}}, .limits = {.messages = 2}},
       "failed: too many messages"},
      {"more bytes than may be",
       {.messages = {{{"SOA 10"}}, {{kA}}}, .limits = {.bytes = 100}},
       "failed: too many bytes"},
      {"the client has all", {{{{"SOA 10"}, ixfr}}, 10}, "1 up to date 10"},
      {"the client has more, of a serial that went round",
       {{{{"SOA 4294967295"}, ixfr}}, 5},
       "1 up to date 4294967295"},
      {"there is news, and the rest comes later",
       {{{{"SOA 10"}, ixfr}, {{kA, "SOA 10"}, ""}}, 9},
       "1 2 whole 10"},
      {"the whole zone instead of changes", {{{{"SOA 10", kA, "SOA 10"}, ixfr}}, 8}, "3 whole 10"},
      {"the whole zone, of nothing", {{{{"SOA 10", "SOA 10"}, ixfr}}, 8}, "2 whole 10"},
      {"changes in two steps",
       {{{{"SOA 10", "SOA 8", kA, "SOA 9", kB, "SOA 9", kB, "SOA 10", kA, "SOA 10"}, ixfr}}, 8},
       "10 changes 10"},
      {"changes that only add, in pieces",
       {{{{"SOA 10", "SOA 8"}, ixfr}, {{"SOA 10", kA}, ""}, {{"SOA 10"}, ""}}, 8},
       "2 2 1 changes 10"},
      {"changes from elsewhere",
       {{{{"SOA 10", "SOA 7", "SOA 10", "SOA 10"}, ixfr}}, 8},
       "failed: changes from serial 7"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) { CHECK(row.transfer.read() == row.outcome); }
  }
}

TEST_CASE("a transfer's question", "[transfer]") {
  const dns::Name zone = *dns::Name::parse(kZone);
  const DecodedMessage whole = decode(TransferReader({zone, kId, {}}).question());
  CHECK(whole.question == "zone.example. IN AXFR");
  CHECK(whole.id == kId);
  CHECK(whole.flags.empty());
  const DecodedMessage changes = decode(TransferReader({zone, kId, 300}).question());
  CHECK(changes.question == "zone.example. IN IXFR");
  CHECK_THAT(changes.authority, is_records("zone.example. 0 IN SOA . . 300 0 0 0 0"));
}

}  // namespace
}  // namespace catena::test
