// SPDX-License-Identifier: Apache-2.0
#include "plugins/loop/loop.hpp"

#include "test/support/fake_upstream.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::loop {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;
using State = Detector::State;
using test::Act;

/// Answers all that is handed on.
class Behind final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    ++seen;
    query.respond();
    return Outcome::respond;
  }
  mutable int seen = 0;
};

/// The plugin with somebody behind it, and queries on their way through.
struct Bed {
  explicit Bed(Consequence consequence, const char* zone = ".", Duration again = {}) {
    detector = std::make_shared<Detector>(*dns::Name::parse(zone), consequence,
                                          Log(lines).for_plugin("loop"), metrics);
    const Settings settings{consequence, again};
    auto made = std::make_unique<Loop>(settings, detector, ServerLabel{0, "dns://127.0.0.1:0"});
    loop = made.get();
    chain.add("loop", std::move(made));
    auto other = std::make_unique<Behind>();
    behind = other.get();
    chain.add("behind", std::move(other));
    const std::uint16_t ports[]{5353};
    loop->listening(ports);
  }

  std::string ask(const std::string& question) {
    const auto bytes = test::query_bytes(question);
    Transport transport;
    transport.client = {asio::ip::make_address("192.0.2.7"), 4242};
    query.begin(*dns::MessageView::parse(bytes), transport, engine.clock().now());
    CHECK(chain.first()(query).outcome() == Outcome::respond);
    return to_string(query.response().rcode);
  }
  std::string probe() const { return detector->probe_name().to_text() + " HINFO"; }

  test::LogLines lines;
  metrics::Registry metrics{2};
  test::TestEngine engine;
  Query query{engine};
  std::shared_ptr<Detector> detector;
  Chain chain;
  Loop* loop = nullptr;
  Behind* behind = nullptr;
};

std::string text_of(const Bed& bed, const char* level, const std::string& zone) {
  return std::string(level) +
         " plugin/loop: Loop (192.0.2.7:4242 -> 127.0.0.1:5353) detected for " + "zone \"" + zone +
         "\", see https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO " +
         bed.detector->probe_name().to_text() + "\"";
}

TEST_CASE("the third sight of the probe ends the process", "[loop]") {
  Bed bed(Consequence::end_process);
  bed.detector->renew(bed.engine.random());
  CHECK(bed.ask(bed.probe()) == "NOERROR");
  CHECK(bed.ask(bed.probe()) == "NOERROR");
  CHECK(bed.lines.lines.empty());
  bed.ask(bed.probe());
  CHECK(bed.lines.lines == Texts{text_of(bed, "[FATAL]", ".")});
}

TEST_CASE("only the present probe counts", "[loop]") {
  Bed bed(Consequence::end_process, "example.org.");
  bed.detector->renew(bed.engine.random());
  const std::string old = bed.probe();
  const std::string address = bed.detector->probe_name().to_text() + " A";
  bed.detector->renew(bed.engine.random());
  for (int i = 0; i < 4; ++i) {
    CHECK(bed.ask(old) == "NOERROR");
    CHECK(bed.ask(address) == "NOERROR");
    CHECK(bed.ask("1.2.example.org. HINFO") == "NOERROR");
    CHECK(bed.ask("x.2.example.net. HINFO") == "NOERROR");
    CHECK(bed.ask("deep." + bed.probe()) == "NOERROR");
  }
  CHECK(bed.lines.lines.empty());
  CHECK(bed.detector->probe_name().view().is_in(*dns::Name::parse("example.org.")));
}

TEST_CASE("names are only guessed once there is a probe, and not after it", "[loop]") {
  Bed bed(Consequence::end_process);
  for (int i = 0; i < 4; ++i) bed.ask("0.0. HINFO");
  bed.detector->renew(bed.engine.random());
  const std::string probe = bed.probe();
  bed.detector->rest();
  for (int i = 0; i < 4; ++i) CHECK(bed.ask(probe) == "NOERROR");
  CHECK(bed.lines.lines.empty());
}

TEST_CASE("with keep_serving nothing is handed on until the loop is gone", "[loop]") {
  Bed bed(Consequence::keep_serving);
  Detector& detector = *bed.detector;
  detector.renew(bed.engine.random());
  for (int i = 0; i < 3; ++i) bed.ask(bed.probe());
  const std::string told = text_of(bed, "[ERROR]", ".");
  CHECK(bed.query.failure() == "loop detected for zone \".\"");
  CHECK(bed.lines.lines == Texts{told});
  CHECK(detector.state() == State::blocked);
  CHECK(bed.metrics.text().find("catena_loop_blocked{zone=\".\"} 1") != std::string::npos);
  const int before = bed.behind->seen;
  CHECK(bed.ask("example.org. A") == "SERVFAIL");
  CHECK(bed.behind->seen == before);

  detector.renew(bed.engine.random());
  CHECK(bed.ask(bed.probe()) == "NOERROR");
  CHECK(bed.ask(bed.probe()) == "SERVFAIL");
  detector.answered();
  CHECK(detector.state() == State::blocked);
  CHECK(bed.lines.lines.size() == 1);

  detector.renew(bed.engine.random());
  CHECK(bed.ask(bed.probe()) == "NOERROR");
  detector.answered();
  CHECK(bed.ask("example.org. A") == "NOERROR");
  CHECK(bed.lines.lines ==
        Texts{told,
              "[INFO] plugin/loop: The loop for zone \".\" is gone: queries are handed on again"});
  CHECK(bed.metrics.text().find("catena_loop_blocked{zone=\".\"} 0") != std::string::npos);
  CHECK(bed.metrics.text().find("catena_loop_detected_total{zone=\".\"} 1") != std::string::npos);
}

struct Step {
  const char* name;
  Probed probed;
  bool found_one;
  int seconds;  ///< Since the first probe.
  std::optional<Duration> wait;
};

const Step kSteps[] = {
    {"an answer is all that CoreDNS wants", Probed::answered, false, 0, std::nullopt},
    {"no answer: again in a second", Probed::failed, false, 2, std::chrono::seconds(1)},
    {"for half a minute", Probed::failed, false, 29, std::chrono::seconds(1)},
    {"then no more", Probed::failed, false, 30, std::nullopt},
    {"a loop that was survived is probed for", Probed::answered, true, 0, std::chrono::minutes(1)},
    {"for ever", Probed::failed, true, 3600, std::chrono::minutes(1)},
};

TEST_CASE("when probes leave", "[loop]") {
  for (const Step& s : kSteps) {
    DYNAMIC_SECTION(s.name) {
      ManualClock clock;
      const Schedule schedule(clock.now(), std::chrono::minutes(1));
      clock.advance(std::chrono::seconds(s.seconds));
      CHECK(schedule.after(s.probed, s.found_one, clock.now()) == s.wait);
    }
  }
}

std::uint16_t port_of(const test::FakeUpstream& upstream) {
  const std::string address = upstream.address();
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

TEST_CASE("a probe that is answered is the only one", "[loop]") {
  Bed bed(Consequence::end_process);
  test::FakeUpstream upstream(bed.engine.io(), {{Act::not_a_reply, Act::wrong_id, Act::refused}});
  const std::uint16_t ports[]{port_of(upstream)};
  bed.loop->listening(ports);
  bed.loop->enter(bed.engine);
  CHECK(bed.detector->state() == State::watching);
  CHECK(bed.engine.run_until([&bed] { return bed.detector->state() == State::quiet; }));
  CHECK(upstream.udp_questions() == 1);
  bed.loop->leave(bed.engine);
}

TEST_CASE("a probe that leads nowhere is sent again under another name", "[loop]") {
  Bed bed(Consequence::end_process);
  std::uint16_t closed = 0;
  {
    const test::FakeUpstream gone(bed.engine.io(), {{Act::answer}});
    closed = port_of(gone);
  }
  const std::uint16_t ports[]{closed};
  bed.loop->listening(ports);
  bed.loop->enter(bed.engine);
  const std::string first = bed.probe();
  CHECK(bed.engine.run_until([&] { return bed.probe() != first; }));
  CHECK(bed.detector->state() == State::watching);
  bed.loop->leave(bed.engine);
}

TEST_CASE("after a loop probes go on", "[loop]") {
  Bed bed(Consequence::keep_serving, ".", std::chrono::milliseconds(1));
  test::FakeUpstream upstream(bed.engine.io(), {{Act::answer}});
  bed.detector->renew(bed.engine.random());
  for (int i = 0; i < 3; ++i) bed.ask(bed.probe());
  REQUIRE(bed.detector->state() == State::blocked);
  const std::uint16_t ports[]{port_of(upstream)};
  bed.loop->listening(ports);
  bed.loop->enter(bed.engine);
  CHECK(bed.engine.run_until([&] { return upstream.udp_questions() >= 3; }));
  CHECK(bed.detector->state() == State::watching);
  bed.loop->leave(bed.engine);
}

TEST_CASE("loop takes no words, one line and one option", "[loop]") {
  CHECK(test::PluginSetup("loop", setup, "loop").errors().empty());
  CHECK(test::PluginSetup("loop", setup, "loop {\nkeep_serving\n}").errors().empty());
  CHECK(test::PluginSetup("loop", setup, "loop {\nkeep_serving 1m\n}").errors().empty());
  CHECK(test::PluginSetup("loop", setup, "loop {\nkeep_serving 10ms\n}").errors().size() == 1);
  CHECK(test::PluginSetup("loop", setup, "loop {\nkeep\n}").errors().size() == 1);
  CHECK(test::PluginSetup("loop", setup, "loop twice").errors() ==
        Texts{"Corefile:2: loop: Wrong argument count or unexpected line ending after 'twice' "
              "(expected no argument, found 1)"});
  CHECK(test::PluginSetup("loop", setup, "loop\nloop").errors() ==
        Texts{"Corefile:3: loop: this plugin can only be used once per Server Block"});
}

}  // namespace
}  // namespace catena::loop
