// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/health/health.hpp"

#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::health {

void setup(Setup& setup);

namespace {

using Lines = std::vector<std::string>;
using std::chrono::milliseconds;

struct Case {
  const char* name;
  const char* block;
  Duration lameduck{};
  Lines log = {};
  Lines errors = {};
};

const Case kCases[] = {
    {.name = "nothing", .block = "health"},
    {.name = "an address", .block = "health [::1]:8080"},
    {.name = "lameduck",
     .block = "health {\nlameduck 5s\n}",
     .lameduck = std::chrono::seconds(5),
     .log = {"[INFO] plugin/health: Going into lameduck mode for 5s"}},
    {.name = "of several lines the last counts, for each setting by itself",
     .block = "health {\nlameduck 5s\n}\nhealth :8081 {\nlameduck 1s500ms\n}\nhealth",
     .lameduck = milliseconds(1500),
     .log = {"[INFO] plugin/health: Going into lameduck mode for 1.5s"}},
    {.name = "no time at all is no lameduck", .block = "health {\nlameduck 0s\n}"},
    {.name = "an address without a port",
     .block = "health localhost",
     .errors = {"Corefile:2: health: address localhost: missing port in address (expected "
                "HOST:PORT, :PORT or [IPV6]:PORT)"}},
    {.name = "a lameduck without a unit",
     .block = "health {\nlameduck 20\n}",
     .errors = {"Corefile:3: health: unable to parse lameduck duration value: '20' : time: missing "
                "unit in duration \"20\""}},
    {.name = "a lameduck without a value",
     .block = "health {\nlameduck\n}",
     .errors = {"Corefile:3: health: Wrong argument count or unexpected line ending after "
                "'lameduck' (expected 1 argument, found 0)"}},
};

TEST_CASE("health reads its lines", "[health]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      test::PluginSetup read("health", setup, c.block);
      CHECK(read.errors() == c.errors);
      for (Farewell* plugin : read.chain().with<Farewell>())
        CHECK(plugin->farewell() == c.lameduck);
      CHECK(read.log().lines == c.log);
    }
  }
}

TEST_CASE("an address that cannot be bound ends the start", "[health]") {
  test::PluginSetup read("health", setup, "health 192.0.2.1:8080");
  const auto plugins = read.chain().with<Startable>();
  REQUIRE(plugins.size() == 1);
  CHECK_THROWS_WITH(plugins.front()->start(),
                    "listen tcp 192.0.2.1:8080: bind: cannot assign requested address");
}

TEST_CASE("health starts and stops, and starts again with the next configuration", "[health]") {
  for (int i = 0; i < 2; ++i) {
    test::PluginSetup read("health", setup, "health 127.0.0.1:0");
    for (Startable* plugin : read.chain().with<Startable>()) plugin->start();
    for (Startable* plugin : read.chain().with<Startable>()) plugin->stop();
    CHECK(read.log().lines.empty());
  }
}

}  // namespace
}  // namespace catena::health
