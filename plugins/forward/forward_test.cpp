// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/testing.hpp"

namespace catena::forward {
namespace {

using test::Act;
using test::FakeUpstream;
using Script = FakeUpstream::Script;

// An upstream's script, and what a client gets through a forward with short times.
struct Case {
  const char* name;
  Script script;
  std::string reply;
  std::string options = {};
  Protocol protocol = Protocol::udp;
  std::size_t udp = 1;  // Questions that the upstream must have seen.
  std::size_t tcp = 0;
};

const std::string kAnswer = "NOERROR aa ra | www.example.org. 300 IN A 192.0.2.1";
const std::string kPlain = "NOERROR ra | www.example.org. 300 IN A 192.0.2.1";
const std::string kOnce = "max_fails 0\nread_timeout 60ms\nmax_connect_attempts 1\n";

const std::vector<Case> kCases = {
    {"an answer", {{Act::answer}}, kAnswer},
    {"an answer over TCP for a TCP client", {{Act::answer}}, kAnswer, "", Protocol::tcp, 0, 1},
    {"a DoT client counts as TCP", {{Act::answer}}, kAnswer, "", Protocol::tls, 0, 1},
    {"a DoQ client counts as UDP", {{Act::answer}}, kAnswer, "", Protocol::quic},
    {"force_tcp", {{Act::answer}}, kAnswer, "force_tcp\n", Protocol::udp, 0, 1},
    {"prefer_udp", {{Act::answer}}, kAnswer, "prefer_udp\n", Protocol::tcp, 1, 0},
    {"force_tcp wins", {{Act::answer}}, kAnswer, "prefer_udp\nforce_tcp\n", Protocol::udp, 0, 1},
    {"prefer_udp asks again over TCP after TC",
     {{Act::truncated}, {Act::answer}},
     kAnswer,
     "prefer_udp\n",
     Protocol::udp,
     1,
     1},
    {"TC is the client's business otherwise", {{Act::truncated}}, "NOERROR tc ra"},
    {"forged replies in front of the right one",
     {{Act::garbage, Act::wrong_id, Act::wrong_question, Act::wrong_peer, Act::not_a_reply,
       Act::answer}},
     kAnswer},
    {"a bare FORMERR", {{Act::bare}}, "FORMERR"},
    {"a bare FORMERR over TCP", {{Act::bare}}, "FORMERR", "", Protocol::tcp, 0, 1},
    {"a cut reply", {{Act::cut}}, "NOERROR aa tc ra"},
    {"a reply over the client's 512 bytes", {{Act::large}}, "NOERROR tc ra"},
    {"SERVFAIL is an answer", {{Act::servfail}}, "SERVFAIL ra"},
    {"a silent server twice, then the answer",
     {{Act::drop}, {Act::drop}, {Act::answer}},
     kAnswer,
     "max_fails 0\nread_timeout 60ms\nmax_connect_attempts 3\n",
     Protocol::udp,
     3},
    {"a connection that was closed is dialled again",
     {{Act::close}, {Act::answer}},
     kAnswer,
     "max_fails 0\nmax_connect_attempts 2\n",
     Protocol::tcp,
     0,
     2},
};

TEST_CASE("what an upstream does and what the client gets") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const auto shared = shared_bed();
      FakeUpstream upstream(shared->engine.io(), c.script);
      Bed bed("forward . " + upstream.address() + " {\n" + kOnce + c.options + "}", shared);
      CHECK(bed.ask("www.example.org. A", {}, c.protocol) == c.reply);
      CHECK(upstream.udp_questions() == c.udp);
      CHECK(upstream.tcp_questions() == c.tcp);
    }
  }
}

// FORMERR, as CoreDNS says then, tells the client that its own message is bad.
TEST_CASE("an upstream that answers another question is passed over") {
  const auto shared = shared_bed();
  const Protocol protocol = GENERATE(Protocol::udp, Protocol::tcp);
  FakeUpstream liar(shared->engine.io(), {{Act::wrong_question}});
  SECTION("another one is asked, long before the timeout") {
    FakeUpstream honest(shared->engine.io(), {{Act::answer}});
    Bed bed("forward . " + liar.address() + " " + honest.address() +
                " {\npolicy sequential\nread_timeout 1h\n}",
            shared);
    CHECK(bed.ask("www.example.org. A", {}, protocol) == kAnswer);
  }
  SECTION("without others it is SERVFAIL") {
    Bed bed("forward . " + liar.address() + " {\nread_timeout 1h\nmax_connect_attempts 2\n}",
            shared);
    CHECK(bed.ask("www.example.org. A", {}, protocol) ==
          "SERVFAIL! " + liar.address() + " answered another question");
    CHECK(liar.udp_questions() + liar.tcp_questions() == 2);
  }
}

struct Setbacks final : SetbackObserver {
  void setback() override { ++count; }
  int count = 0;
};

TEST_CASE("whoever has something else to offer learns early that an answer may take long") {
  const auto shared = shared_bed();
  Setbacks setbacks;
  FakeUpstream honest(shared->engine.io(), {{Act::answer}});
  const auto begin = [&](Bed& bed) -> Bed::Asked& {
    Bed::Asked& asked = bed.begin("www.example.org. A");
    asked.query.observe_setbacks(&setbacks);
    return asked;
  };
  SECTION("a wrong reply is told while the right one is waited for") {
    FakeUpstream liar(shared->engine.io(), {{Act::wrong_question}});
    Bed bed("forward . " + liar.address() + " {\nmax_connect_attempts 1\n}", shared);
    const Bed::Asked& asked = begin(bed);
    CHECK(bed.engine().run_until([&] { return setbacks.count == 1; }));
    CHECK_FALSE(asked.done());
  }
  SECTION("a timeout is told before the next upstream is asked") {
    FakeUpstream silent(shared->engine.io(), {{Act::drop}});
    Bed bed("forward . " + silent.address() + " " + honest.address() +
                " {\npolicy sequential\nread_timeout 60ms\n}",
            shared);
    const Bed::Asked& asked = begin(bed);
    CHECK(bed.engine().run_until([&] { return asked.done(); }));
    CHECK(setbacks.count == 1);
  }
  SECTION("of an answer nothing is told") {
    Bed bed("forward . " + honest.address(), shared);
    const Bed::Asked& asked = begin(bed);
    CHECK(bed.engine().run_until([&] { return asked.done(); }));
    CHECK(setbacks.count == 0);
  }
}

TEST_CASE("two hundred forged datagrams do not keep the answer away") {
  const auto shared = shared_bed();
  std::vector<Act> acts;
  for (int i = 0; i < 50; ++i) {
    acts.insert(acts.end(), {Act::garbage, Act::wrong_id, Act::wrong_question, Act::not_a_reply});
  }
  acts.push_back(Act::answer);
  FakeUpstream upstream(shared->engine.io(), {acts});
  Bed bed("forward . " + upstream.address(), shared);
  CHECK(bed.ask("www.example.org. A") == kAnswer);
}

TEST_CASE("failures are worded as Go words them") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::drop}});
  SECTION("a timeout") {
    Bed bed("forward . " + upstream.address() + " {\n" + kOnce + "}", shared);
    const std::string text = bed.ask("www.example.org. A");
    CHECK_THAT(text, Catch::StartsWith("SERVFAIL! read udp 127.0.0.1:") &&
                         Catch::EndsWith("->" + upstream.address() + ": i/o timeout"));
  }
  SECTION("a TCP timeout") {
    Bed bed("forward . " + upstream.address() + " {\n" + kOnce + "force_tcp\n}", shared);
    CHECK_THAT(bed.ask("www.example.org. A"),
               Catch::Contains("read tcp 127.0.0.1:") && Catch::EndsWith(": i/o timeout"));
  }
  SECTION("closed by the server") {
    upstream.set_script({{Act::close}});
    Bed bed("forward . " + upstream.address() + " {\n" + kOnce + "force_tcp\n}", shared);
    CHECK(bed.ask("www.example.org. A") == "SERVFAIL! EOF");
  }
  SECTION("a source address of another machine") {
    Bed bed("forward . " + upstream.address() + " {\n" + kOnce + "source_address 192.0.2.99\n}",
            shared);
    CHECK(bed.ask("www.example.org. A") == "SERVFAIL! dial udp 192.0.2.99:0->" +
                                               upstream.address() +
                                               ": bind: cannot assign requested address");
  }
}

TEST_CASE("ICMP ends an exchange at once") {
  const auto shared = shared_bed();
  std::string address;
  {
    address = FakeUpstream(shared->engine.io(), {{Act::drop}}).address();
  }
  SECTION("over UDP") {
    Bed bed("forward . " + address + " {\nmax_fails 0\nread_timeout 1h\nmax_connect_attempts 2\n}",
            shared);
    CHECK_THAT(bed.ask("www.example.org. A"),
               Catch::EndsWith("->" + address + ": read: connection refused"));
  }
  SECTION("over TCP") {
    Bed bed("forward . " + address + " {\nmax_fails 0\nforce_tcp\n}", shared);
    CHECK(bed.ask("www.example.org. A") ==
          "SERVFAIL! dial tcp " + address + ": connect: connection refused");
  }
}

TEST_CASE("names outside FROM and excepted ones are left to the next plugin") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  Bed bed("forward example.org " + upstream.address() + " {\nexcept a.example.org example.org\n}",
          shared);
  CHECK(bed.ask("www.example.net. A") == "NOTIMP aa");
  CHECK(bed.ask("a.example.org. A") == "NOTIMP aa");
  CHECK(bed.ask("b.A.example.org. A") == "NOTIMP aa");
  CHECK(bed.ask("EXAMPLE.org. A") != "NOTIMP aa");
  CHECK(upstream.udp_questions() == 1);
}

TEST_CASE("the question goes out as it is and the reply comes back as it is") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + upstream.address(), shared);
  const test::QueryOptions options{.id = 7,
                                   .checking_disabled = true,
                                   .edns_size = 1232,
                                   .dnssec_ok = true,
                                   .edns_options = {0, 10, 0, 2, 1, 2}};
  CHECK(bed.ask("wWw.Example.org. A", options) ==
        "NOERROR aa ra | wWw.Example.org. 300 IN A 192.0.2.1");
  const test::DecodedMessage seen = test::decode(upstream.last());
  CHECK(seen.question == "wWw.Example.org. IN A");
  CHECK(seen.flags == "rd cd");
  REQUIRE(seen.edns);
  CHECK(seen.edns->udp_size == 1232);
  CHECK(seen.edns->dnssec_ok);
  CHECK(seen.edns->options == std::vector<std::string>{"10 0102"});
}

using Bytes = std::vector<std::uint8_t>;

// A message with records behind it, given as they are on the wire, that its header counts.
Bytes with_records(Bytes message, std::size_t section, std::uint8_t count, const Bytes& records) {
  message[5 + 2 * section] = static_cast<std::uint8_t>(message[5 + 2 * section] + count);
  message.insert(message.end(), records.begin(), records.end());
  return message;
}

// example. SOA, with its name and both of its names compressed: pointers to the question.
const Bytes kSoa = {0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 24, 0xc0, 12, 0xc0, 12, 0, 0,
                    0,    7,  0, 0, 0, 1, 0, 0, 0, 1, 0, 0,  0,    1,  0,    0,  0, 1};
// a.example. A 192.0.2.9
const Bytes kGlue = {1, 'a', 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9};
// key. TSIG of an algorithm "x.", with a MAC of four bytes and the original id 0x1234.
const Bytes kTsig = {3, 'k', 'e',  'y',  0,    0,    250,  0,    255, 0, 0, 0, 0,
                     0, 23,  1,    'x',  0,    0,    0,    1,    2,   3, 4, 1, 44,
                     0, 4,   0xde, 0xad, 0xbe, 0xef, 0x12, 0x34, 0,   0, 0, 0};

TEST_CASE("records beside the question go to the upstream too") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::nodata}});
  Bed bed("forward . " + upstream.address(), shared);
  Bytes message = test::query_bytes("example. SOA", {.opcode = dns::Opcode::Notify});
  message = with_records(std::move(message), 1, 1, kSoa);
  message = with_records(std::move(message), 3, 1, kGlue);
  auto& asked = bed.begin(message);
  REQUIRE(bed.engine().run_until([&asked] { return asked.done(); }));
  const test::DecodedMessage seen = test::decode(upstream.last());
  CHECK(seen.opcode == dns::Opcode::Notify);
  CHECK(seen.flags == "rd");
  CHECK(asked.query.response().flags.has(dns::Flags::kRD));
  CHECK(seen.answer == test::Lines{"example. 0 IN SOA example. example. 7 1 1 1 1"});
  CHECK(seen.additional == test::Lines{"a.example. 60 IN A 192.0.2.9"});
}

Bytes under_id_of(Bytes message, const Bytes& other) {
  std::copy(other.begin(), other.begin() + 2, message.begin());
  return message;
}

// CoreDNS takes the signature off, so that neither side can verify anything.
TEST_CASE("a signed question and its reply pass byte by byte") {
  const auto shared = shared_bed();
  const Protocol protocol = GENERATE(Protocol::udp, Protocol::tcp);
  FakeUpstream first(shared->engine.io(), {{Act::servfail}});
  FakeUpstream upstream(shared->engine.io(), {{Act::echo}});
  Bed bed("forward . " + first.address() + " " + upstream.address() +
              " {\npolicy sequential\nfailover SERVFAIL\n}",
          shared);
  Bytes message = test::query_bytes("wWw.example. A", {.id = 0x1234, .edns_size = 1232});
  message = with_records(std::move(message), 3, 1, kGlue);
  message = with_records(std::move(message), 3, 1, kTsig);
  auto& asked = bed.begin(message, protocol);
  REQUIRE(bed.engine().run_until([&asked] { return asked.done(); }));
  CHECK(under_id_of(upstream.last(), message) == message);
  message[2] |= 0x80;
  const auto whole = asked.query.response().whole();
  CHECK(under_id_of({whole.begin(), whole.end()}, message) == message);
  CHECK(asked.query.response().additional().size() == 1);
}

/// Puts a record behind each message to an upstream, or fails.
class Adds final : public WireHook {
 public:
  explicit Adds(std::optional<dns::Rcode> failure) : failure_(failure) {}
  std::size_t reserves(Way way) const override {
    return way == Way::to_upstream ? kGlue.size() : 0;
  }
  Passed leaving(const Query&, const WireMessage& message) override {
    if (failure_) return *failure_;
    const auto end = std::copy(kGlue.begin(), kGlue.end(),
                               message.room.begin() + static_cast<std::ptrdiff_t>(message.size));
    ++message.room[11];
    return static_cast<std::size_t>(end - message.room.begin());
  }

 private:
  std::optional<dns::Rcode> failure_;
};

TEST_CASE("wire hooks see the message to an upstream as it leaves") {
  const auto shared = shared_bed();
  const Protocol protocol = GENERATE(Protocol::udp, Protocol::tcp);
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + upstream.address(), shared);
  Adds hook(std::nullopt);
  bed.set_hook(hook);
  CHECK(bed.ask("example. A", {.edns_size = 1232}, protocol).starts_with("NOERROR"));
  CHECK(test::decode(upstream.last()).additional == test::Lines{"a.example. 60 IN A 192.0.2.9"});
}

TEST_CASE("a wire hook that fails keeps the question from the upstream") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + upstream.address(), shared);
  Adds hook(dns::Rcode::NotAuth);
  bed.set_hook(hook);
  CHECK(bed.ask("example. A").starts_with("NOTAUTH!"));
}

TEST_CASE("the client's EDNS size is the room for a reply") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::large}});
  Bed bed("forward . " + upstream.address(), shared);
  CHECK_THAT(bed.ask("www.example.org. A", {.edns_size = 4096}), Catch::Contains("192.0.2.90"));
  CHECK(bed.ask("www.example.org. A", {.edns_size = 1232}) == "NOERROR tc ra");
}

/// Another's forwarder.
struct OtherForwarder final : Plugin, Forwarder {
  Reply serve(Query& query, Next) const override {
    query.respond().rcode = dns::Rcode::YXDomain;
    return Outcome::respond;
  }
};

TEST_CASE("next hands over only to another forwarder") {
  const auto shared = shared_bed();
  FakeUpstream first(shared->engine.io(), {{Act::servfail}});
  FakeUpstream second(shared->engine.io(), {{Act::answer}});
  const std::string next = " {\nnext SERVFAIL\nnext_on_nodata\n}\n";
  SECTION("on the rcode") {
    Bed bed("forward . " + first.address() + next + "forward . " + second.address(), shared);
    CHECK(bed.ask("www.example.org. A") == kAnswer);
  }
  SECTION("on no data") {
    first.set_script({{Act::nodata}});
    Bed bed("forward . " + first.address() + next + "forward . " + second.address(), shared);
    CHECK(bed.ask("www.example.org. A") == kAnswer);
  }
  SECTION("not on others") {
    first.set_script({{Act::refused}});
    Bed bed("forward . " + first.address() + next + "forward . " + second.address(), shared);
    CHECK(bed.ask("www.example.org. A") == "REFUSED ra");
  }
  SECTION("whatever its name") {
    Bed bed("forward . " + first.address() + next, shared, std::make_unique<OtherForwarder>());
    CHECK(bed.ask("www.example.org. A") == "YXDOMAIN aa");
  }
  SECTION("not to another plugin") {
    Bed bed("forward . " + first.address() + next, shared);
    CHECK(bed.ask("www.example.org. A") == "SERVFAIL ra");
  }
}

TEST_CASE("failover asks the others and takes the last reply") {
  const auto shared = shared_bed();
  FakeUpstream first(shared->engine.io(), {{Act::servfail}});
  FakeUpstream second(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + first.address() + " " + second.address() +
              " {\npolicy sequential\nfailover SERVFAIL REFUSED\n}",
          shared);
  CHECK(bed.ask("www.example.org. A") == kAnswer);
  second.set_script({{Act::refused}});
  CHECK(bed.ask("www.example.org. A") == "REFUSED ra");
  CHECK(first.udp_questions() == 2);
  CHECK(second.udp_questions() == 2);
}

TEST_CASE("a silent upstream costs one timeout, then the other is asked") {
  const auto shared = shared_bed();
  FakeUpstream first(shared->engine.io(), {{Act::drop}});
  FakeUpstream second(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + first.address() + " " + second.address() +
              " {\npolicy sequential\nread_timeout 50ms\n}",
          shared);
  auto& asked = bed.begin("www.example.org. A");
  REQUIRE(bed.engine().run_until([&asked] { return asked.done(); }));
  CHECK(asked.text() == kAnswer);
  auto* metadata = bed.chain().with<MetadataSource>().front();
  CHECK(metadata->metadata(asked.query, "forward/upstream") == second.address());
  CHECK(metadata->metadata(asked.query, "forward/other").empty());
}

TEST_CASE("max_concurrent refuses what is too much and counts it") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::drop}, {Act::answer}});
  Bed bed("forward . " + upstream.address() + " {\nmax_concurrent 1\nread_timeout 50ms\n}", shared);
  auto& slow = bed.begin("www.example.org. A");
  CHECK(bed.ask("www.example.org. A") == "REFUSED! concurrent queries exceeded maximum 1");
  REQUIRE(bed.engine().run_until([&slow] { return slow.done(); }));
  CHECK(slow.text() == kAnswer);
  CHECK(bed.ask("www.example.org. A") == kAnswer);
  CHECK_THAT(bed.metrics(), Catch::Contains("coredns_forward_max_concurrent_rejects_total 1"));
}

}  // namespace
}  // namespace catena::forward
