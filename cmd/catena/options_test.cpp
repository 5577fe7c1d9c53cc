// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/options.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

using Words = std::vector<std::string>;

struct GoodCase {
  const char* name;
  Words words;
  Action action = Action::serve;
  std::optional<std::string> conf = std::nullopt;
  std::uint16_t port = 53;
  std::string pidfile = "";
  bool quiet = false;
  std::optional<std::uint64_t> memory = std::nullopt;
};

TEST_CASE("flags are read as Go reads them", "[options]") {
  const GoodCase cases[]{
      {.name = "none", .words = {}},
      {.name = "a value as the next word", .words = {"-conf", "X"}, .conf = "X"},
      {.name = "a value behind =", .words = {"-conf=X=Y"}, .conf = "X=Y"},
      {.name = "two dashes", .words = {"--conf", "X", "--quiet"}, .conf = "X", .quiet = true},
      {.name = "both names of the port", .words = {"-dns.port", "1", "-p", "1053"}, .port = 1053},
      {.name = "a switch that is off", .words = {"-quiet=false"}},
      {.name = "a switch that is on", .words = {"-quiet=1"}, .quiet = true},
      {.name = "the pidfile", .words = {"-pidfile", "/p"}, .pidfile = "/p"},
      {.name = "the version", .words = {"-version"}, .action = Action::version},
      {.name = "the version goes first",
       .words = {"-plugins", "-version"},
       .action = Action::version},
      {.name = "the plugins", .words = {"-plugins"}, .action = Action::plugins},
      {.name = "help", .words = {"-h", "-nonsense"}, .action = Action::help},
      {.name = "the text log format", .words = {"-log-format", "text"}},
      {.name = "check", .words = {"check", "F"}, .action = Action::check, .conf = "F"},
      {.name = "check with a port",
       .words = {"check", "-p", "1", "F"},
       .action = Action::check,
       .conf = "F",
       .port = 1},
      {.name = "the memory", .words = {"-memory", "32Mi"}, .memory = 32ull << 20},
      {.name = "the end of flags", .words = {"-quiet", "--"}, .quiet = true},
  };
  for (const GoodCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const CommandLine line = parse_command_line(c.words);
      REQUIRE(line.status == 0);
      CHECK(line.options.action == c.action);
      CHECK(line.options.conf == c.conf);
      CHECK(line.options.dns_port == c.port);
      CHECK(line.options.pidfile == c.pidfile);
      CHECK(line.options.quiet == c.quiet);
      CHECK(line.options.memory == c.memory);
    }
  }
}

struct BadCase {
  const char* name;
  Words words;
  int status;
  std::string error;  ///< The first line.
};

TEST_CASE("bad command lines say why", "[options]") {
  const BadCase cases[]{
      {"an unknown flag", {"-x"}, 2, "flag provided but not defined: -x"},
      {"a missing value", {"-conf"}, 2, "flag needs an argument: -conf"},
      {"a switch with a word",
       {"-quiet=maybe"},
       2,
       "invalid boolean value \"maybe\" for -quiet: parse error"},
      {"three dashes", {"---x"}, 2, "bad flag syntax: ---x"},
      {"no name", {"-=x"}, 2, "bad flag syntax: -=x"},
      {"words that are left", {"a", "b"}, 1, "extra command line arguments: [a b]"},
      {"an unknown log format",
       {"-log-format", "xml", "a"},
       1,
       "unknown log format \"xml\": expected text or json"},
      {"an unknown log format with JSON before it",
       {"-log-format=json", "-log-format=JSON"},
       1,
       "unknown log format \"JSON\": expected text or json"},
      {"a port that is none",
       {"-p", "dns"},
       1,
       "invalid port \"dns\": expected a number from 0 to 65535"},
      {"a port out of range",
       {"-p", "65536"},
       1,
       "invalid port \"65536\": expected a number from 0 to 65535"},
      {"a size that is none",
       {"-memory", "much"},
       1,
       "invalid size \"much\": expected at least 4Mi"},
      {"too little", {"-memory", "1Mi"}, 1, "invalid size \"1Mi\": expected at least 4Mi"},
      {"check of nothing", {"check"}, 2, "check needs the name of a Corefile"},
      {"check of two", {"check", "a", "b"}, 1, "extra command line arguments: [b]"},
  };
  for (const BadCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const CommandLine line = parse_command_line(c.words);
      CHECK(line.status == c.status);
      CHECK(line.error.substr(0, line.error.find('\n')) == c.error);
      CHECK((line.error.find("Usage of catena:") != std::string::npos) == (c.status == 2));
    }
  }
}

TEST_CASE("usage names every flag", "[options]") {
  for (const char* flag : {"-conf", "-dns.port", "-p", "-pidfile", "-plugins", "-quiet", "-version",
                           "-log-format", "-memory", "check"}) {
    CHECK(usage().find(std::string("  ") + flag) != std::string::npos);
  }
}

}  // namespace
}  // namespace catena
