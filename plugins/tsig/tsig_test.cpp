// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/tsig.hpp"

#include "core/dns/tsig_error.hpp"
#include "core/dns/writer.hpp"

#include "plugins/tsig/testing.hpp"
#include "test/support/count_allocations.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <chrono>
#include <functional>

namespace catena::tsig {

void setup(Setup& setup);

namespace {

using dns::TsigError;
using test::operator+;
using test::Signing;
using test::Wire;

const std::string kSecret = "secret key.example. MDEyMzQ1Njc4OWFiY2RlZg==\n";

std::uint64_t now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(time).count());
}

/// Answers with AD, and remembers whether what it saw was signed.
class Behind final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    ++asked;
    saw_signature = query.is_signed();
    query.respond().flags.set(dns::Flags::kAD);
    return Outcome::respond;
  }
  mutable int asked = 0;
  mutable bool saw_signature = false;
};

/// What comes of one message, as the server has it: one block on one listener.
class Bed {
 public:
  explicit Bed(const std::string& properties, const std::string& zones = "")
      : plugin_("tsig", setup, "tsig " + zones + " {\n" + properties + "}") {
    REQUIRE(plugin_.errors().empty());
    auto behind = std::make_unique<Behind>();
    behind_ = behind.get();
    plugin_.chain().add("behind", std::move(behind));
    const ListenerSettings* const blocks[] = {&plugin_.listener()};
    for (auto* one : plugin_.chain().with<SharesListener>()) one->shares(0, blocks);
  }

  void ask(const Wire& message) {
    message_ = message;
    ask_again();
  }
  void ask_again() {
    query.begin(dns::MessageView::parse(message_).value(), {}, {});
    REQUIRE(plugin_.chain().first()(query).ready());
  }

  dns::Rcode rcode() const { return query.response().rcode; }
  bool answered() const { return behind_->asked > 0; }
  bool behind_saw_signature() const { return behind_->saw_signature; }
  double counted(const std::string& reason) {
    const std::string line =
        fmt::format("catena_tsig_refused_total{{reason=\"{}\",server=\"dns://:53\"}} ", reason);
    const std::string text = plugin_.metrics().text();
    return std::stod(text.substr(text.find(line) + line.size()));
  }

  /// An answer with one NULL record (RFC 1035 section 3.3.10) of `size` bytes as it leaves; its
  /// header has AD.
  Wire leave(std::size_t size = 0) {
    Wire room(4096);
    dns::Response response(query.arena());
    response.flags.set(dns::Flags::kAD);
    const Wire data(size);
    response.add(dns::Section::answer, {.type = dns::Type{10}, .rdata = data});
    const dns::Envelope envelope{
        .id = query.id(), .question = query.asked().question, .limit = 2048};
    before = dns::encode(response, envelope, room).size();
    unsigned_ = Wire(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(before));
    const Passed passed = run_hooks(query, {Way::to_client, room, before});
    REQUIRE(passed.has_value());
    room.resize(*passed);
    return room;
  }
  /// The message of leave() as it is signed.
  Wire signed_part() const {
    Wire part = unsigned_;
    part[3] &= 0xdf;
    return part;
  }

  catena::test::TestEngine engine;
  Query query{engine};
  std::size_t before = 0;

 private:
  catena::test::PluginSetup plugin_;
  Behind* behind_ = nullptr;
  Wire message_;
  Wire unsigned_;
};

Wire question(const std::string& text = "www.example. A") {
  return catena::test::query_bytes(text, {.id = 0x1234});
}

dns::Tsig tsig_of(const Wire& message, Arena& arena) {
  return dns::read_tsig(dns::MessageView::parse(message).value(), arena).value();
}

TEST_CASE("what nobody asked to be signed passes", "[tsig]") {
  Bed bed(kSecret);
  bed.ask(question());
  CHECK(bed.answered());
  CHECK(bed.query.wire_hooks().empty());
}

struct RequiredRow {
  const char* name;
  std::string properties;
  std::string zones;
  const char* asked;
  bool refused;
};

const RequiredRow kRequired[] = {
    {"all", "require all\n", "", "www.example. A", true},
    {"none", "require none\n", "", "www.example. A", false},
    {"this type", "require AXFR A\n", "", "www.example. A", true},
    {"another type", "require AXFR\n", "", "www.example. A", false},
    {"the last line counts", "require A\nrequire AXFR\n", "", "www.example. A", false},
    {"but all stays all", "require all\nrequire none\n", "", "www.example. A", true},
    {"this opcode", "require_opcode QUERY\n", "", "www.example. A", true},
    {"another opcode", "require_opcode NOTIFY UPDATE\n", "", "www.example. A", false},
    {"all opcodes", "require_opcode all\n", "", "www.example. A", true},
    {"a zone of others", "require all\n", "example.org", "www.example. A", false},
    {"in the zone", "require all\n", "example", "WWW.Example. A", true},
};

TEST_CASE("where a signature is required", "[tsig]") {
  for (const RequiredRow& row : kRequired) {
    DYNAMIC_SECTION(row.name) {
      Bed bed(kSecret + row.properties, row.zones);
      bed.ask(question(row.asked));
      CHECK(bed.answered() == !row.refused);
      if (row.refused) CHECK(bed.rcode() == dns::Rcode::Refused);
      CHECK(bed.counted("unsigned") == (row.refused ? 1 : 0));
      CHECK(bed.query.wire_hooks().empty());
    }
  }
}

TEST_CASE("a good signature is taken off, and the answer is signed", "[tsig]") {
  const std::string algorithm =
      GENERATE("hmac-sha1.", "hmac-sha224.", "hmac-sha256.", "hmac-sha384.", "hmac-sha512.");
  Bed bed(kSecret + "require all\n");
  Signing how{.key = "Key.Example.", .algorithm = algorithm, .time = now()};
  const Wire mac = test::mac_of(how, question() + test::variables(how));
  bed.ask(test::sign(question(), how));
  CHECK(bed.answered());
  CHECK_FALSE(bed.behind_saw_signature());
  CHECK(bed.query.size() == question().size());
  const Wire answer = bed.leave();
  CHECK(answer.size() == bed.before + reserved(bed.query, Way::to_client));
  CHECK(reserved(bed.query, Way::to_upstream) == 0);
  Arena arena;
  const dns::Tsig record = tsig_of(answer, arena);
  CHECK(record.key.to_text() == "Key.Example.");
  CHECK(record.algorithm.to_text() == algorithm);
  CHECK(record.error == 0);
  CHECK(record.original_id == 0x1234);
  CHECK(record.fudge == 300);
  CHECK(record.time - how.time <= 2);
  CHECK(record.other.empty());
  how.time = record.time;
  const Wire expected = test::mac_of(
      how, test::number(mac.size(), 2) + mac + bed.signed_part() + test::variables(how));
  CHECK(Wire(record.mac.begin(), record.mac.end()) == expected);
}

// RFC 8945 section 5.3.1.
TEST_CASE("each message of an answer is signed together with the MAC before", "[tsig]") {
  Bed bed(kSecret);
  Signing how{.time = now()};
  Wire mac = test::mac_of(how, question("example. AXFR") + test::variables(how));
  bed.ask(test::sign(question("example. AXFR"), how));
  for (int part = 0; part < 5; ++part) {
    CAPTURE(part);
    const Wire answer = bed.leave(static_cast<std::size_t>(part));
    Arena arena;
    const dns::Tsig record = tsig_of(answer, arena);
    how.time = record.time;
    const Wire timers = test::number(how.time, 6) + test::number(300, 2);
    const Wire variables = part == 0 ? test::variables(how) : timers;
    mac = test::mac_of(how, test::number(mac.size(), 2) + mac + bed.signed_part() + variables);
    REQUIRE(Wire(record.mac.begin(), record.mac.end()) == mac);
  }
}

struct FaultRow {
  const char* name;
  std::function<void(Signing&)> change;
  dns::Rcode rcode;
  std::optional<TsigError> error;  ///< Nothing: the reply has no TSIG record.
  bool is_signed;
  const char* reason;
};

const FaultRow kFaultRows[] = {
    {"an unknown key", [](Signing& s) { s.key = "kex.example."; }, dns::Rcode::NotAuth,
     TsigError::BadKey, false, "key"},
    {"an unknown algorithm", [](Signing& s) { s.algorithm = "x."; }, dns::Rcode::NotAuth,
     TsigError::BadKey, false, "key"},
    {"another secret", [](Signing& s) { s.secret.clear(); }, dns::Rcode::NotAuth, TsigError::BadSig,
     false, "signature"},
    {"another time", [](Signing& s) { s.time -= 1000; }, dns::Rcode::NotAuth, TsigError::BadTime,
     true, "time"},
    {"half a MAC", [](Signing& s) { s.mac_bytes = 16; }, dns::Rcode::NotAuth, TsigError::BadTrunc,
     true, "truncation"},
    {"a quarter of a MAC", [](Signing& s) { s.mac_bytes = 8; }, dns::Rcode::FormErr, std::nullopt,
     false, "malformed"},
    {"no MAC", [](Signing& s) { s.mac_bytes = 0; }, dns::Rcode::FormErr, std::nullopt, false,
     "malformed"},
    {"another class", [](Signing& s) { s.rclass = 1; }, dns::Rcode::FormErr, std::nullopt, false,
     "malformed"},
    {"a TTL", [](Signing& s) { s.ttl = 1; }, dns::Rcode::FormErr, std::nullopt, false, "malformed"},
};

TEST_CASE("a bad signature is told, whether or not one is required", "[tsig]") {
  for (const FaultRow& row : kFaultRows) {
    DYNAMIC_SECTION(row.name) {
      Bed bed(kSecret + (GENERATE(true, false) ? "require all\n" : ""));
      Signing how{.time = now()};
      row.change(how);
      const Wire mac = test::mac_of(how, question() + test::variables(how));
      bed.ask(test::sign(question(), how));
      CHECK_FALSE(bed.answered());
      CHECK(bed.rcode() == row.rcode);
      CHECK(bed.counted(row.reason) == 1);
      CHECK(bed.query.wire_hooks().empty() == !row.error);
      if (!row.error) continue;
      const Wire answer = bed.leave();
      Arena arena;
      const dns::Tsig record = tsig_of(answer, arena);
      CHECK(record.key == dns::Name::parse(how.key).value().view());
      CHECK(record.algorithm == dns::Name::parse(how.algorithm).value().view());
      CHECK(record.error == static_cast<std::uint16_t>(*row.error));
      CHECK(record.mac.empty() == !row.is_signed);
      if (!row.is_signed) continue;
      how.error = record.error;
      if (row.error == TsigError::BadTime) {
        CHECK(record.time == how.time);
        REQUIRE(record.other.size() == 6);
        CHECK(dns::load48(record.other.data()) - now() + 2 <= 4);
      }
      how.time = record.time;
      how.other = Wire(record.other.begin(), record.other.end());
      how.mac_bytes = 64;
      const Wire expected = test::mac_of(
          how, test::number(mac.size(), 2) + mac + bed.signed_part() + test::variables(how));
      CHECK(Wire(record.mac.begin(), record.mac.end()) == expected);
    }
  }
}

TEST_CASE("what is signed for a zone of others passes as it is", "[tsig]") {
  Bed bed(kSecret, "example.org");
  bed.ask(test::sign(question(), {.key = "kex.example.", .time = now()}));
  CHECK(bed.answered());
  CHECK(bed.behind_saw_signature());
  CHECK(bed.query.wire_hooks().empty());
}

TEST_CASE("secrets are all blocks' of a listener, a block's own first", "[tsig]") {
  const auto keys = [](const std::string& name, const std::string& secret) {
    auto all = std::make_shared<Keys>();
    all->add(dns::Name::parse(name).value(), test::wire(secret));
    return all;
  };
  ListenerSettings first, silent, last;
  first.set<SharedKeys>().keys = keys("both.", "first");
  last.set<SharedKeys>().keys = keys("both.", "last");
  const ListenerSettings* const blocks[] = {&first, &silent, &last};
  const dns::Name both = dns::Name::parse("both.").value();
  const auto found = [&](std::shared_ptr<const Keys> own) {
    return **Keyring::of(std::move(own), blocks).find(both);
  };
  CHECK(found(keys("mine.", "x")) == test::wire("last"));
  CHECK(found(first.find<SharedKeys>()->keys) == test::wire("first"));
}

// What the library of hashes takes for itself is not counted.
TEST_CASE("a signed question and its answer allocate nothing", "[tsig]") {
  Bed bed(kSecret);
  const Wire message = test::sign(question(), {.time = now()});
  Wire room(512);
  std::uint64_t before = 0;
  for (int i = 0; i < 3; ++i) {
    bed.ask(message);
    REQUIRE(bed.answered());
    std::copy_n(message.begin(), dns::kHeaderSize, room.begin());
    before = catena::test::allocations_here;
    bed.ask_again();
    CHECK(run_hooks(bed.query, {Way::to_client, room, dns::kHeaderSize}).has_value());
  }
  CHECK(catena::test::allocations_here == before);
}

TEST_CASE("a hook without room for its record fails", "[tsig]") {
  Bed bed(kSecret);
  bed.ask(test::sign(question(), {.time = now()}));
  Wire room(60);
  CHECK(run_hooks(bed.query, {Way::to_client, room, 40}).error() == dns::Rcode::ServFail);
}

}  // namespace
}  // namespace catena::tsig
