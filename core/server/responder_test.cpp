// SPDX-License-Identifier: Apache-2.0
#include "core/server/responder.hpp"

#include "core/plugin/abilities.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace catena::server {
namespace {

using test::query_bytes;
using test::QueryOptions;

constexpr std::array<std::uint8_t, 6> kNsid{0, 3, 0, 2, 'h', 'i'};
const std::vector<std::uint8_t> kCookie{0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};

/// A query that has arrived.
struct Asked {
  explicit Asked(std::string_view question,
                 const QueryOptions& options = {},
                 Protocol protocol = Protocol::udp)
      : bytes(query_bytes(question, options)) {
    query.begin(dns::MessageView::parse(bytes).value(), {.protocol = protocol}, {});
  }
  void add(std::string_view text) {
    query.response().add(dns::Section::answer, test::record(text, query.arena()));
  }
  test::DecodedMessage reply() { return test::decode(*write_response(query, out)); }

  test::TestEngine engine;
  std::vector<std::uint8_t> bytes;
  Query query{engine};
  std::array<std::uint8_t, 65535> out;
};

TEST_CASE("an answer carries the client's own question and flags", "[responder]") {
  Asked asked("WWW.Example.org. A", {.id = 7, .checking_disabled = true});
  asked.query.respond();
  asked.add("www.example.org. 300 IN A 192.0.2.1");
  asked.query.set_question({dns::NameView(), dns::Type::TXT, dns::Class::IN});
  const auto reply = asked.reply();
  CHECK(reply.id == 7);
  CHECK(reply.question == "WWW.Example.org. IN A");
  CHECK(reply.flags == "qr aa rd cd");
  CHECK(reply.answer.size() == 1);
  CHECK_FALSE(reply.edns);
}

TEST_CASE("what plugins show to others is nothing to the client", "[responder]") {
  Asked asked("www.example.org. A", {.edns_size = 1400});
  asked.query.change().flags.clear(dns::Flags::kRD);
  asked.query.change().flags.set(dns::Flags::kCD);
  asked.query.change_edns() = {.udp_size = 4096, .flags = dns::Edns::kDO, .options = kNsid};
  asked.query.respond();
  const auto reply = asked.reply();
  CHECK(reply.flags == "qr aa rd");
  REQUIRE(reply.edns);
  CHECK(reply.edns->udp_size == 1400);
  CHECK_FALSE(reply.edns->dnssec_ok);
  CHECK(reply.edns->options.empty());
  Asked plain("www.example.org. A");
  plain.query.change_edns();
  plain.query.respond();
  CHECK_FALSE(plain.reply().edns);
}

TEST_CASE("a client is told the size that it may be sent", "[responder]") {
  Asked asked("www.example.org. A", {.edns_size = 1400});
  asked.query.lower_udp_size(1232);
  asked.query.respond();
  REQUIRE(asked.reply().edns);
  CHECK(asked.reply().edns->udp_size == 1232);
}

TEST_CASE("a failure tells why to who knows EDNS", "[responder]") {
  Asked knows("a. A", QueryOptions{.edns_size = 1232});
  knows.query.fail(dns::Rcode::Refused);
  knows.query.explain(ExtendedError::other, "why");
  const auto reply = knows.reply();
  CHECK(reply.rcode == "REFUSED");
  REQUIRE(reply.edns);
  CHECK(reply.edns->options == std::vector<std::string>{"15 0000776879"});
  Asked plain("a. A");
  plain.query.fail(dns::Rcode::Refused);
  plain.query.explain(ExtendedError::other, "why");
  CHECK_FALSE(plain.reply().edns);
}

TEST_CASE("EDNS is echoed without the client's options", "[responder]") {
  QueryOptions options{.edns_size = 1400, .dnssec_ok = true};
  options.edns_options = kCookie;
  Asked asked("a. A", options);
  asked.query.respond();

  SECTION("no OPT from a plugin") {
    const auto reply = asked.reply();
    REQUIRE(reply.edns);
    CHECK(reply.edns->udp_size == 1400);
    CHECK(reply.edns->version == 0);
    CHECK(reply.edns->dnssec_ok);
    CHECK(reply.edns->options.empty());
  }
  SECTION("a plugin's OPT keeps its options") {
    asked.query.response().edns =
        dns::Edns{.udp_size = 4096, .version = 3, .flags = 0x0001, .options = kNsid};
    const auto reply = asked.reply();
    REQUIRE(reply.edns);
    CHECK(reply.edns->udp_size == 1400);
    CHECK(reply.edns->version == 0);
    CHECK(reply.edns->dnssec_ok);
    CHECK(reply.edns->options == std::vector<std::string>{"3 6869"});
  }
}

TEST_CASE("a client without EDNS gets no OPT, whoever made one", "[responder]") {
  Asked asked("a. A");
  asked.query.respond().edns = dns::Edns{.udp_size = 4096, .options = kNsid};
  asked.add("a. 300 IN A 192.0.2.1");
  SECTION("the answer is whole without it") {
    const auto reply = asked.reply();
    CHECK_FALSE(reply.edns);
    CHECK(reply.rcode == "NOERROR");
    CHECK(reply.answer.size() == 1);
  }
  SECTION("an rcode that only it could carry is SERVFAIL") {
    asked.query.response().rcode = dns::Rcode::BadCookie;
    CHECK(asked.reply().rcode == "SERVFAIL");
  }
}

// An upstream's reply to query 0x0102 with 600 bytes behind its question, which nothing of ours
// would write like that.
std::vector<std::uint8_t> signed_reply() {
  std::vector<std::uint8_t> bytes = query_bytes("a. A", {.id = 0x0102});
  bytes[2] |= 0x80;
  bytes.resize(bytes.size() + 600, 0xab);
  return bytes;
}

TEST_CASE("a signed reply leaves byte by byte, under the client's id", "[responder]") {
  const std::vector<std::uint8_t> reply = signed_reply();
  const auto pass = [&reply](Asked& asked) {
    const auto message = dns::MessageView::parse(reply).value();
    REQUIRE(asked.query.response().assign_whole(message).has_value());
    asked.add("a. 300 IN A 192.0.2.1");
    asked.query.response().rcode = dns::Rcode::Refused;
  };
  SECTION("whatever plugins made of it meanwhile") {
    Asked asked("a. A", {.id = 0x0a0b}, Protocol::tcp);
    pass(asked);
    const auto left = *write_response(asked.query, asked.out);
    std::vector<std::uint8_t> expected = reply;
    expected[0] = 0x0a;
    expected[1] = 0x0b;
    CHECK(std::vector<std::uint8_t>(left.begin(), left.end()) == expected);
  }
  SECTION("not where the client takes less") {
    Asked asked("a. A", {.id = 0x0a0b});
    pass(asked);
    CHECK(asked.reply().rcode == "REFUSED");
  }
  SECTION("not when another answer took its place") {
    Asked asked("a. A", {.id = 0x0a0b}, Protocol::tcp);
    pass(asked);
    asked.query.respond();
    CHECK(asked.reply().size == 19);
  }
}

TEST_CASE("an extended rcode needs an OPT", "[responder]") {
  Asked with("a. A", {.edns_size = 512});
  with.query.respond().rcode = dns::Rcode::BadCookie;
  CHECK(with.reply().rcode == "BADCOOKIE");
  Asked without("a. A");
  without.query.respond().rcode = dns::Rcode::BadCookie;
  CHECK(without.reply().rcode == "SERVFAIL");
}

TEST_CASE("a failure is an rcode and nothing else", "[responder]") {
  Asked asked("a. A", {.checking_disabled = true, .edns_size = 1232});
  asked.query.fail(dns::Rcode::ServFail, "why");
  asked.query.response().flags.set(dns::Flags::kAA | dns::Flags::kRA);
  const auto reply = asked.reply();
  CHECK(reply.rcode == "SERVFAIL");
  CHECK(reply.flags == "qr rd cd");
  CHECK(reply.question == "a. IN A");
  CHECK(reply.edns->udp_size == 1232);
}

struct LimitCase {
  const char* name;
  std::optional<std::uint16_t> size;
  Protocol protocol;
  std::size_t at_most;
  bool truncated;
};

TEST_CASE("an answer keeps to what the client takes", "[responder]") {
  const LimitCase cases[]{
      {"512 bytes without EDNS", std::nullopt, Protocol::udp, 512, true},
      {"512 bytes for whoever says less", 100, Protocol::udp, 512, true},
      {"the size of the OPT record", 1232, Protocol::udp, 1232, true},
      {"a size that is enough", 4096, Protocol::udp, 4096, false},
      {"everything over TCP", std::nullopt, Protocol::tcp, 65535, false},
  };
  for (const LimitCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Asked asked("many.example.org. A", {.edns_size = c.size}, c.protocol);
      asked.query.respond();
      for (int i = 0; i < 100; ++i) {
        asked.add("many.example.org. 5 IN A 192.0.2." + std::to_string(i));
      }
      const auto reply = asked.reply();
      CHECK(reply.size <= c.at_most);
      CHECK((reply.answer.size() < 100) == c.truncated);
      CHECK((reply.flags.find("tc") != std::string::npos) == c.truncated);
      CHECK_FALSE(reply.answer.empty());
    }
  }
}

/// Puts bytes behind each message, or fails.
class Appender final : public WireHook {
 public:
  explicit Appender(std::uint8_t byte, std::size_t count = 1) : byte_(byte), count_(count) {}
  std::size_t reserves(Way) const override { return count_; }
  Passed leaving(const Query&, const WireMessage& message) override {
    if (failure) return *failure;
    const auto room = message.room.subspan(message.size, count_);
    std::fill(room.begin(), room.end(), byte_);
    return message.size + count_;
  }

  std::optional<dns::Rcode> failure;

 private:
  std::uint8_t byte_;
  std::size_t count_;
};

TEST_CASE("wire hooks see the bytes last, nearest to the client at the end", "[responder]") {
  Asked asked("a. A");
  asked.query.respond();
  const std::size_t plain = write_response(asked.query, asked.out)->size();
  Appender near_client(1);
  Appender below(2);
  REQUIRE(asked.query.add_wire_hook(near_client));
  REQUIRE(asked.query.add_wire_hook(below));
  const auto bytes = *write_response(asked.query, asked.out);
  REQUIRE(bytes.size() == plain + 2);
  CHECK(bytes[plain] == 2);
  CHECK(bytes[plain + 1] == 1);
}

TEST_CASE("a wire hook that fails says what the client is told", "[responder]") {
  Asked asked("a. A");
  asked.query.respond();
  Appender hook(1);
  hook.failure = dns::Rcode::NotAuth;
  REQUIRE(asked.query.add_wire_hook(hook));
  const Written written = write_response(asked.query, asked.out);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error() == dns::Rcode::NotAuth);
}

struct RoomCase {
  const char* name;
  int records;
  std::size_t reserved;
  std::string rcode;
  bool truncated;
  std::size_t left;
};

// Header and question take 34 bytes, each record 16.
TEST_CASE("room for what wire hooks add is kept free", "[responder]") {
  const RoomCase cases[]{
      {"what fits beside it stays", 20, 512 - 34 - 20 * 16, "NXDOMAIN", false, 20},
      {"half an answer with it is none", 20, 512 - 34 - 20 * 16 + 1, "NOERROR", true, 0},
      {"and has no authority either", 21, 512 - 34 - 20 * 16, "NOERROR", true, 0},
      {"the question alone fits", 1, 512 - 34, "NOERROR", true, 0},
  };
  for (const RoomCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Asked asked("many.example.org. A");
      asked.query.respond().rcode = dns::Rcode::NXDomain;
      for (int i = 0; i < c.records; ++i) {
        asked.add("many.example.org. 5 IN A 192.0.2." + std::to_string(i));
      }
      Appender hook(7, c.reserved);
      REQUIRE(asked.query.add_wire_hook(hook));
      const auto bytes = *write_response(asked.query, asked.out);
      CHECK(bytes.size() <= 512);
      const auto reply = test::decode(bytes.first(bytes.size() - c.reserved));
      CHECK(reply.rcode == c.rcode);
      CHECK((reply.flags.find("tc") != std::string::npos) == c.truncated);
      CHECK(reply.answer.size() == c.left);
    }
  }
}

TEST_CASE("where not even the question has room beside a wire hook's bytes", "[responder]") {
  Asked asked("many.example.org. A");
  Appender hook(7, 512 - 34 + 1);
  REQUIRE(asked.query.add_wire_hook(hook));
  SECTION("an answer becomes a SERVFAIL") {
    asked.query.respond();
    CHECK(write_response(asked.query, asked.out).error() == dns::Rcode::ServFail);
  }
  SECTION("an error stays what it is") {
    asked.query.fail(dns::Rcode::Refused);
    CHECK(write_response(asked.query, asked.out).error() == dns::Rcode::Refused);
  }
}

TEST_CASE("no room is no answer", "[responder]") {
  Asked asked("a. A");
  asked.query.respond();
  CHECK(write_response(asked.query, std::span(asked.out).first(10))->empty());
}

}  // namespace
}  // namespace catena::server
