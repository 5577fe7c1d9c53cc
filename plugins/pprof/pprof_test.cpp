// SPDX-License-Identifier: Apache-2.0
#include "plugins/pprof/profiles.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::pprof {

void setup(Setup& setup);

namespace {

using Lines = std::vector<std::string>;

TEST_CASE("how long a profile takes", "[pprof]") {
  struct Row {
    const char* query;
    int seconds;  // 0: none.
  };
  const Row rows[] = {{"", 30},           {"seconds=5", 5},  {"debug=1&seconds=300", 300},
                      {"second=5", 30},   {"seconds=0", 0},  {"seconds=301", 0},
                      {"seconds=", 0},    {"seconds=5s", 0}, {"seconds=-1", 0},
                      {"&&seconds=7&", 7}};
  for (const Row& row : rows) {
    INFO(row.query);
    CHECK(seconds_of(row.query).value_or(std::chrono::seconds(0)).count() == row.seconds);
  }
}

struct Case {
  const char* name;
  const char* block;
  Lines errors = {};
};

const Case kCases[] = {
    {.name = "nothing", .block = "pprof"},
    {.name = "an address and a rate", .block = "pprof 127.0.0.1:6060 {\nblock 10\n}"},
    {.name = "the usual rate", .block = "pprof {\nblock\n}"},
    {.name = "a rate that is no number",
     .block = "pprof {\nblock often\n}",
     .errors = {"Corefile:3: pprof: property 'block' invalid integer value 'often' (expected a "
                "whole number)"}},
    {.name = "twice",
     .block = "pprof\npprof",
     .errors = {"Corefile:3: pprof: this plugin can only be used once per Server Block"}},
    {.name = "an address without a port",
     .block = "pprof 1.2.3.4",
     .errors = {"Corefile:2: pprof: address 1.2.3.4: missing port in address (expected HOST:PORT, "
                ":PORT or [IPV6]:PORT)"}},
};

TEST_CASE("pprof reads its lines", "[pprof]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(test::PluginSetup("pprof", setup, c.block).errors() == c.errors);
    }
  }
}

TEST_CASE("an address that cannot be bound ends the start", "[pprof]") {
  test::PluginSetup read("pprof", setup, "pprof 192.0.2.1:6053");
  const auto plugins = read.chain().with<Startable>();
  REQUIRE(plugins.size() == 1);
  CHECK_THROWS(plugins.front()->start());
  CHECK(read.log().lines == Lines{"[ERROR] plugin/pprof: Failed to start pprof handler: listen tcp "
                                  "192.0.2.1:6053: bind: cannot assign requested address"});
}

}  // namespace
}  // namespace catena::pprof
