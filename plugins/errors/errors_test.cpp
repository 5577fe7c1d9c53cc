// SPDX-License-Identifier: Apache-2.0
#include "plugins/errors/errors.hpp"

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::errors {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;

class Failing final : public Plugin {
 public:
  explicit Failing(std::string why) : why_(std::move(why)) {}
  Reply serve(Query& query, Next) const override {
    return query.fail(dns::Rcode::ServFail, std::string_view(why_));
  }

 private:
  std::string why_;
};

/// Asks a failing chain some times, and gives what was logged.
Texts logged(const std::string& block, const std::string& why, int times) {
  test::PluginSetup read("errors", setup, block);
  REQUIRE(read.errors().empty());
  read.chain().add("failing", std::make_unique<Failing>(why));
  test::TestEngine engine;
  const auto bytes = test::query_bytes("eXample.org. AAAA");
  const auto message = dns::MessageView::parse(bytes).value();
  Query query(engine);
  for (int i = 0; i < times; ++i) {
    query.begin(message, Transport(), engine.clock().now());
    CHECK(read.chain().first()(query).outcome() == Outcome::respond);
    CHECK(query.response().rcode == dns::Rcode::ServFail);
  }
  for (Startable* one : read.chain().with<Startable>()) one->stop();
  return read.log().lines;
}

struct Case {
  const char* name;
  const char* block = "errors";
  const char* why = "read udp 192.0.2.1:5->192.0.2.2:53: i/o timeout";
  int times = 1;
  Texts lines;
};

const char* const kLine = "2 example.org. AAAA: read udp 192.0.2.1:5->192.0.2.2:53: i/o timeout";

const Case kCases[] = {
    {.name = "an error is a line with code, name and type",
     .lines = {std::string("[ERROR] plugin/errors: ") + kLine}},
    {.name = "a failure without a reason is none", .why = "", .lines = {}},
    {.name = "errors that fit are counted until the end",
     .block = "errors {\nconsolidate 1h \"i/o timeout$\"\n}",
     .times = 3,
     .lines = {"[ERROR] plugin/errors: 3 errors like 'i/o timeout$' occurred in last 1h0m0s"}},
    {.name = "at their own level",
     .block = "errors {\nconsolidate 30s timeout warning\n}",
     .times = 2,
     .lines = {"[WARNING] plugin/errors: 2 errors like 'timeout' occurred in last 30s"}},
    {.name = "with show_first the first is shown, and counted",
     .block = "errors {\nconsolidate 30s timeout info show_first\n}",
     .times = 2,
     .lines = {std::string("[INFO] plugin/errors: ") + kLine,
               "[INFO] plugin/errors: 2 errors like 'timeout' occurred in last 30s"}},
    {.name = "a single one that was shown needs no second line",
     .block = "errors {\nconsolidate 30s timeout show_first\n}",
     .lines = {std::string("[ERROR] plugin/errors: ") + kLine}},
    {.name = "the first expression that fits counts",
     .block = "errors {\nconsolidate 1m udp\nconsolidate 1h timeout\n}",
     .lines = {"[ERROR] plugin/errors: 1 errors like 'udp' occurred in last 1m0s"}},
    {.name = "others are written as ever",
     .block = "errors {\nconsolidate 1m ^dial\n}",
     .lines = {std::string("[ERROR] plugin/errors: ") + kLine}},
};

TEST_CASE("errors are logged", "[errors]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) { CHECK(logged(c.block, c.why, c.times) == c.lines); }
  }
}

// 17,000 lines a second came of an outage.
TEST_CASE("an outage is a hundred lines a second and one about the rest", "[errors]") {
  const Texts lines = logged("errors", "read udp 192.0.2.1:5->192.0.2.2:53: i/o timeout", 1000);
  REQUIRE(lines.size() == LineLimit::kPerSecond + 1);
  CHECK(lines.back() ==
        std::string("[ERROR] plugin/errors: 900 more lines like this were left out: ") + kLine);
}

TEST_CASE("a window ends by itself", "[errors]") {
  test::LogLines log;
  test::TestEngine engine;
  const auto consolidator = std::make_shared<Consolidator>(
      Consolidation{std::chrono::milliseconds(1), "x", LogLevel::error, First::hidden}, Log(log));
  CHECK_FALSE(consolidator->count(engine.executor()));
  CHECK_FALSE(consolidator->count(engine.executor()));
  CHECK(engine.run_until([&log] { return !log.lines.empty(); }));
  CHECK(log.lines == Texts{"[ERROR] 2 errors like 'x' occurred in last 1ms"});
}

struct Mistake {
  const char* name;
  const char* block;
  const char* error;
};

const Mistake kMistakes[] = {
    {"another file", "errors file.log",
     "Corefile:2: errors: invalid log file: file.log; expected stdout"},
    {"an expression that is none", "errors {\nconsolidate 1m (\n}",
     "Corefile:3: errors: error parsing regexp: missing closing ): `(`"},
    {"an escape that RE2 knows and Go does not", "errors {\nconsolidate 1m \\C\n}",
     "Corefile:3: errors: error parsing regexp: invalid escape sequence: `\\C`"},
    {"two levels", "errors {\nconsolidate 1m x info debug\n}",
     "Corefile:3: errors: multiple log levels specified in consolidate"},
    {"a level behind show_first", "errors {\nconsolidate 1m x show_first info\n}",
     "Corefile:3: errors: log level must come before show_first in consolidate"},
    {"another option", "errors {\nconsolidate 1m x loudly\n}",
     "Corefile:3: errors: unknown option in consolidate: loudly"},
};

TEST_CASE("errors refuses what it does not understand", "[errors]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("errors", setup, m.block);
      CHECK(read.errors() == Texts{m.error});
    }
  }
}

TEST_CASE("errors may stand once, durations have a unit, properties are known", "[errors]") {
  const test::PluginSetup read("errors", setup, "errors {\nconsolidate 1 x\nstack\n}\nerrors");
  CHECK(read.errors().size() == 3);
}

}  // namespace
}  // namespace catena::errors
