// SPDX-License-Identifier: Apache-2.0
#include "core/config/directive.hpp"

#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

enum class Mode { immediate, verify };

// A plugin's config with a bit of everything, read as a setup would.
struct Settings {
  std::chrono::seconds max_ttl{3600};
  Texts zones = {"block."};
  std::size_t capacity = 10'000;
  bool keep_ttl = false;
  Mode mode = Mode::immediate;
  Texts disabled = {};
  boost::asio::ip::address source = {};
  std::vector<std::uint16_t> ports = {};
  std::string note = {};
};

void read_disable(Property& line, Settings& settings) {
  Mode type{};
  const bool good =
      line.required(one_of(type, {{"success", Mode::immediate}, {"denial", Mode::verify}}),
                    unreadable_says("cache type for disable must be \"success\" or \"denial\""));
  if (good) {
    for (std::string& zone : line.zones({"."})) settings.disabled.push_back(std::move(zone));
  }
}

Settings read(Directive& directive) {
  Settings settings;
  if (directive.next_is_integer()) {
    directive.optional(duration_or_seconds(settings.max_ttl), between(1s, 24h),
                       out_of_range_says("cache TTL can not be zero or negative: {}"));
  }
  settings.zones = directive.zones({"block."});
  directive.property("capacity", settings.capacity, at_least(1));
  directive.flag("keepttl", settings.keep_ttl);
  directive.property(
      "mode", one_of(settings.mode, {{"immediate", Mode::immediate}, {"verify", Mode::verify}},
                     config::Case::ignored));
  directive.property("source", settings.source);
  for (Property& line : directive.each("disable")) read_disable(line, settings);
  for (Property& line : directive.each("ports")) line.rest(settings.ports, at_least(1));
  for (Property& line : directive.each("note")) settings.note = line.joined();
  directive.not_in_this_build("tls");
  directive.done();
  return settings;
}

std::string shown(const Settings& settings) {
  std::string text = format_duration(settings.max_ttl);
  for (const auto& zone : settings.zones) text += " " + zone;
  if (settings.capacity != 10'000) text += " capacity=" + std::to_string(settings.capacity);
  if (settings.keep_ttl) text += " keepttl";
  if (settings.mode == Mode::verify) text += " verify";
  for (const auto& zone : settings.disabled) text += " -" + zone;
  if (!settings.source.is_unspecified()) text += " from=" + settings.source.to_string();
  for (const auto port : settings.ports) text += " :" + std::to_string(port);
  return settings.note.empty() ? text : text + " note=" + settings.note;
}

struct Case {
  const char* name = "";
  std::string text;  // After "cache".
  std::string settings = "1h0m0s block.";
  Texts errors = {};
};

const Case kCases[] = {
    {.name = "nothing given leaves the defaults", .text = ""},
    {.name = "a number first is the TTL", .text = "30", .settings = "30s block."},
    {.name = "a word first is a zone", .text = "Example.org", .settings = "1h0m0s example.org."},
    {.name = "zones are expanded and bad ones dropped",
     .text = "30 10.0.0.0/15 a..b dns://x:53",
     .settings = "30s 0.10.in-addr.arpa. 1.10.in-addr.arpa. x."},
    {.name = "an empty block", .text = "{\n}"},
    {.name = "a property", .text = "{\n capacity 5\n}", .settings = "1h0m0s block. capacity=5"},
    {.name = "the last of several properties stays",
     .text = "{\n capacity 5\n capacity 6\n}",
     .settings = "1h0m0s block. capacity=6"},
    {.name = "a flag", .text = "{\n keepttl\n}", .settings = "1h0m0s block. keepttl"},
    {.name = "a word of a table in any letter case",
     .text = "{\n mode VERIFY\n}",
     .settings = "1h0m0s block. verify"},
    {.name = "an address",
     .text = "{\n source 10.0.0.1\n}",
     .settings = "1h0m0s block. from=10.0.0.1"},
    {.name = "a repeated property with zones",
     .text = "{\n disable success a b\n disable denial\n}",
     .settings = "1h0m0s block. -a. -b. -."},
    {.name = "a list of values", .text = "{\n ports 1 2\n}", .settings = "1h0m0s block. :1 :2"},
    {.name = "joined words",
     .text = "{\n note a \"b  c\" d\n}",
     .settings = "1h0m0s block. note=a b  c d"},

    {.name = "a value out of bounds, with the plugin's phrase",
     .text = "0",
     .errors = {"Corefile:2: cache: cache TTL can not be zero or negative: 0 (expected a "
                "duration such as 30s or a whole number of seconds from 1s to 24h0m0s)"}},
    {.name = "a property's value out of bounds",
     .text = "{\n capacity 0\n}",
     .errors = {"Corefile:3: cache: capacity: expected a whole number of at least 1, not '0'"}},
    {.name = "a property's value missing",
     .text = "{\n capacity\n}",
     .errors = {"Corefile:3: cache: Wrong argument count or unexpected line ending after "
                "'capacity' (expected at least 1 argument, found 0)"}},
    {.name = "a property with an argument too many",
     .text = "{\n capacity 1 2\n}",
     .settings = "1h0m0s block. capacity=1",
     .errors = {"Corefile:3: cache: Wrong argument count or unexpected line ending after '2' "
                "(expected at most 1 argument, found 2)"}},
    {.name = "a bad value with an argument too many is told once",
     .text = "{\n capacity x 2\n}",
     .errors = {"Corefile:3: cache: capacity: expected a whole number of at least 1, not 'x'"}},
    {.name = "a flag with an argument",
     .text = "{\n keepttl 1\n}",
     .errors = {"Corefile:3: cache: Wrong argument count or unexpected line ending after '1' "
                "(expected no argument, found 1)"}},
    {.name = "a word that is in no table",
     .text = "{\n mode fast\n}",
     .errors = {"Corefile:3: cache: mode: expected 'immediate' or 'verify', not 'fast'"}},
    {.name = "a plugin's phrase for a bad word",
     .text = "{\n disable all\n}",
     .errors = {"Corefile:3: cache: cache type for disable must be \"success\" or \"denial\" "
                "(expected 'success' or 'denial')"}},
    {.name = "a bad value in a list leaves the list alone",
     .text = "{\n ports 1 x 0\n}",
     .errors = {"Corefile:3: cache: ports: expected a whole number of at least 1, not 'x'",
                "Corefile:3: cache: ports: expected a whole number of at least 1, not '0'"}},
    {.name = "an unknown property and what may be meant",
     .text = "{\n capcity 5\n}",
     .errors = {"Corefile:3: cache: unknown property 'capcity' (did you mean 'capacity'?)"}},
    {.name = "an unknown property that resembles none",
     .text = "{\n upstream\n}",
     .errors = {"Corefile:3: cache: unknown property 'upstream'"}},
    {.name = "letter case of a property counts",
     .text = "{\n Keepttl\n}",
     .errors = {"Corefile:3: cache: unknown property 'Keepttl' (did you mean 'keepttl'?)"}},
    {.name = "a property that this build has not yet",
     .text = "{\n tls a b\n}",
     .errors = {"Corefile:3: cache: 'tls' is known, not in this build"}},
    {.name = "a block where a property has none",
     .text = "{\n capacity 5 {\n  a\n }\n}",
     .settings = "1h0m0s block. capacity=5",
     .errors =
         {"Corefile:3: cache: Unexpected token '{', expecting argument (there is no block here)"}},
    {.name = "all errors at once",
     .text = "0 {\n nope\n capacity x\n keepttl\n mode fast\n}",
     .settings = "1h0m0s block. keepttl",
     .errors = {"Corefile:2: cache: cache TTL can not be zero or negative: 0 (expected a "
                "duration such as 30s or a whole number of seconds from 1s to 24h0m0s)",
                "Corefile:4: cache: capacity: expected a whole number of at least 1, not 'x'",
                "Corefile:6: cache: mode: expected 'immediate' or 'verify', not 'fast'",
                "Corefile:3: cache: unknown property 'nope' (did you mean 'note'?)"}},
};

// The directives of one server block around `text`.
struct Block {
  explicit Block(const std::string& lines)
      : corefile(parse_for_test({.text = ". {\n" + lines + "\n}", .directives = {"cache", "log"}},
                                diagnostics)) {}
  std::vector<Directive> all(std::string_view name) {
    return directives_of(corefile.blocks.at(0), name, diagnostics);
  }
  Texts errors() const { return lines_of(diagnostics.errors()); }

  Diagnostics diagnostics;
  Corefile corefile;
};

TEST_CASE("a setup reads its options and names what is wrong", "[config][directive]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Block block("cache " + c.text);
      auto directives = block.all("cache");
      REQUIRE(directives.size() == 1);
      CHECK(shown(read(directives[0])) == c.settings);
      CHECK(block.errors() == c.errors);
      CHECK(directives[0].any_failed() == !c.errors.empty());
    }
  }
}

TEST_CASE("what a setup asked for is the list of its options", "[config][directive]") {
  Block block("cache");
  auto directives = block.all("cache");
  read(directives.at(0));
  CHECK(directives[0].asked() ==
        Texts{"capacity", "keepttl", "mode", "source", "disable", "ports", "note"});
  CHECK(directives[0].refused() == Texts{"tls"});
}

TEST_CASE("arguments that a directive leaves are told by done", "[config][directive]") {
  Block block("log a b {\n x\n}");
  auto directives = block.all("log");
  std::string word;
  CHECK(directives.at(0).required(word));
  CHECK(word == "a");
  CHECK_FALSE(directives[0].done());
  CHECK(block.errors() ==
        Texts{"Corefile:2: log: Wrong argument count or unexpected line ending after 'b' (expected "
              "at most 1 argument, found 2)",
              "Corefile:3: log: unknown property 'x'"});
}

TEST_CASE("a block that a plugin does not have is told", "[config][directive]") {
  Block block("log {\n}");
  auto directives = block.all("log");
  CHECK_FALSE(directives.at(0).done());
  CHECK(block.errors() == Texts{"Corefile:2: log: Unexpected token '{', expecting argument (there "
                                "is no block here)"});
}

TEST_CASE("counts of arguments are checked", "[config][directive]") {
  struct Count {
    const char* name = "";
    std::string text;
    std::size_t least = 0;
    std::size_t most = 0;
    std::string error = {};
  };
  const std::string wrong =
      "Corefile:2: log: Wrong argument count or unexpected line ending after ";
  const Count counts[] = {
      {.name = "as many as wanted", .text = "log a b", .least = 2, .most = 2},
      {.name = "any number", .text = "log a b c", .least = 1, .most = kAny},
      {.name = "none", .text = "log a", .error = wrong + "'a' (expected no argument, found 1)"},
      {.name = "exactly one",
       .text = "log",
       .least = 1,
       .most = 1,
       .error = wrong + "'log' (expected 1 argument, found 0)"},
      {.name = "at least two",
       .text = "log a",
       .least = 2,
       .most = kAny,
       .error = wrong + "'a' (expected at least 2 arguments, found 1)"},
      {.name = "at most one",
       .text = "log a b",
       .least = 0,
       .most = 1,
       .error = wrong + "'b' (expected at most 1 argument, found 2)"},
      {.name = "two to three",
       .text = "log a",
       .least = 2,
       .most = 3,
       .error = wrong + "'a' (expected 2 to 3 arguments, found 1)"},
  };
  for (const Count& c : counts) {
    DYNAMIC_SECTION(c.name) {
      Block block(c.text);
      auto directives = block.all("log");
      CHECK(directives.at(0).expect_count(c.least, c.most) == c.error.empty());
      CHECK(block.errors() == (c.error.empty() ? Texts{} : Texts{c.error}));
    }
  }
}

TEST_CASE("counts are those of the whole line, also when some were taken", "[config][directive]") {
  Block block("log a");
  auto directives = block.all("log");
  CHECK(directives.at(0).take_if("a"));
  CHECK_FALSE(directives[0].expect_count(1));
  CHECK(block.errors() == Texts{"Corefile:2: log: Wrong argument count or unexpected line ending "
                                "after 'a' (expected 2 arguments, found 1)"});
}

TEST_CASE("arguments can be looked at before they are taken", "[config][directive]") {
  Block block("log 5 Word last");
  auto directives = block.all("log");
  Directive& log = directives.at(0);
  CHECK(log.name() == "log");
  CHECK(log.count() == 3);
  CHECK(log.remaining().back().text == "last");
  CHECK(log.next_is_integer());
  CHECK(log.peek()->text == "5");
  CHECK(log.take()->text == "5");
  CHECK_FALSE(log.next_is_integer());
  CHECK_FALSE(log.next_is("word"));
  CHECK_FALSE(log.take_if("word"));
  CHECK(log.next_is("word", config::Case::ignored));
  CHECK(log.take_if("word", config::Case::ignored));
  CHECK(log.joined() == "last");
  CHECK(log.empty());
  CHECK(log.peek() == nullptr);
  CHECK(log.take() == nullptr);
  CHECK(log.zones({"x."}) == Texts{"x."});
  std::string word = "kept";
  CHECK_FALSE(log.optional(word));
  CHECK(word == "kept");
  CHECK(log.done());
}

TEST_CASE("a plugin complains and warns in its own words", "[config][directive]") {
  Block block("log a {\n b c\n}");
  auto directives = block.all("log");
  directives.at(0).warn("only the first is used");
  for (Property& line : directives[0].each("b")) line.error("b is wrong");
  directives[0].refuse("tls://");
  CHECK_FALSE(directives[0].done());
  CHECK(lines_of(block.diagnostics.warnings()) == Texts{"Corefile:2: log: only the first is used"});
  CHECK(block.errors() == Texts{"Corefile:3: log: b is wrong",
                                "Corefile:2: log: 'tls://' is known, not in this build"});
}

TEST_CASE("a block may hold data", "[config][directive]") {
  Block block("cache {\n 10.0.0.1 a b\n ttl 60\n 10.0.0.2 c {\n  x\n }\n ttl 61\n}");
  auto directives = block.all("cache");
  int ttl = 0;
  CHECK(directives.at(0).property("ttl", ttl));
  CHECK(ttl == 61);
  Texts data;
  for (Property& line : directives[0].others()) {
    data.push_back(std::to_string(line.index()) + ":" + line.name() + "/" +
                   std::to_string(line.count()));
  }
  CHECK(data == Texts{"0:10.0.0.1/2", "2:10.0.0.2/1"});
  CHECK(directives[0].done());
  CHECK(directives[0].has("ttl"));
  CHECK_FALSE(directives[0].has("reload"));
}

TEST_CASE("a plugin can refuse data as unknown", "[config][directive]") {
  Block block("cache {\n fallthrough\n falthrough\n}");
  auto directives = block.all("cache");
  CHECK(directives.at(0).has("fallthrough"));
  for (Property& line : directives[0].others()) directives[0].unknown(line);
  CHECK_FALSE(directives[0].done());
  CHECK(block.errors() ==
        Texts{"Corefile:4: cache: unknown property 'falthrough' (did you mean 'fallthrough'?)"});
}

TEST_CASE("blocks nest", "[config][directive]") {
  Block block("cache {\n outer 1 {\n  inner 2\n  wrong\n }\n}");
  auto directives = block.all("cache");
  int inner = 0;
  for (Property& outer : directives.at(0).each("outer")) {
    int value = 0;
    CHECK(outer.required(value));
    outer.property("inner", inner);
  }
  CHECK(inner == 2);
  CHECK_FALSE(directives[0].done());
  CHECK(block.errors() == Texts{"Corefile:5: cache: unknown property 'wrong'"});
}

TEST_CASE("occurrences come in order and may be limited to one", "[config][directive]") {
  Block block("log a\ncache\nlog b\nlog c");
  auto logs = block.all("log");
  CHECK(logs.size() == 3);
  CHECK_FALSE(only_once(logs));
  CHECK(block.errors() ==
        Texts{"Corefile:4: log: this plugin can only be used once per Server Block",
              "Corefile:5: log: this plugin can only be used once per Server Block"});
  auto caches = block.all("cache");
  CHECK(only_once(caches));
  CHECK(block.all("loop").empty());
}

}  // namespace
}  // namespace catena::config
