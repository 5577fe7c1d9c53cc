// SPDX-License-Identifier: Apache-2.0
#include "plugins/ready/board.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::ready {

void setup(Setup& setup);

namespace {

using Lines = std::vector<std::string>;

struct Fake final : Ready {
  bool ready() const override { return is_ready; }
  bool is_ready = false;
};

struct Bed {
  std::string page() {
    const http::Page page = board.page(Log(lines));
    return fmt::format("{} {}", page.status, page.body);
  }
  test::LogLines lines;
  Board board;
  Fake first, second;
};

TEST_CASE("everybody must be ready; who is not is named, sorted and once", "[ready]") {
  Bed bed;
  CHECK(bed.page() == "200 OK");
  bed.board.add(&bed.first, {{"nomad", &bed.first, Monitor::until_ready},
                             {"kubernetes", &bed.first, Monitor::until_ready}});
  bed.board.add(&bed.second, {{"kubernetes", &bed.second, Monitor::until_ready}});
  CHECK(bed.page() == "503 kubernetes,nomad");
  CHECK(bed.lines.lines == Lines{"[INFO] Plugins not ready: \"kubernetes,nomad\""});
  bed.first.is_ready = true;
  CHECK(bed.page() == "503 kubernetes");
  bed.second.is_ready = true;
  CHECK(bed.page() == "200 OK");
}

TEST_CASE("a plugin that was ready is asked again only when that is wanted", "[ready]") {
  Bed bed;
  bed.first.is_ready = bed.second.is_ready = true;
  bed.board.add(&bed.first, {{"first", &bed.first, Monitor::until_ready}});
  bed.board.add(&bed.second, {{"second", &bed.second, Monitor::continuously}});
  CHECK(bed.page() == "200 OK");
  bed.first.is_ready = bed.second.is_ready = false;
  CHECK(bed.page() == "503 second");
  bed.second.is_ready = true;
  CHECK(bed.page() == "200 OK");
}

TEST_CASE("plugins of a configuration that has gone are not asked", "[ready]") {
  Bed bed;
  bed.board.add(&bed.first, {{"old", &bed.first, Monitor::until_ready}});
  bed.board.add(&bed.second, {{"new", &bed.second, Monitor::until_ready}});
  bed.board.remove(&bed.first);
  CHECK(bed.page() == "503 new");
}

TEST_CASE("nothing is ready once the process is about to end", "[ready]") {
  Bed bed;
  bed.board.close();
  CHECK(bed.page() == "503 Shutting down");
  CHECK(bed.lines.lines.empty());
}

struct Case {
  const char* name;
  const char* block;
  Lines errors = {};
};

const Case kCases[] = {
    {.name = "nothing", .block = "ready"},
    {.name = "an address and a way to look",
     .block = "ready 127.0.0.1:8181 {\nmonitor continuously\n}"},
    {.name = "the usual way", .block = "ready {\nmonitor until-ready\n}"},
    {.name = "another way",
     .block = "ready {\nmonitor sometimes\n}",
     .errors = {"Corefile:3: ready: monitor type 'sometimes' not supported (expected "
                "'until-ready' or 'continuously')"}},
    {.name = "twice",
     .block = "ready\nready",
     .errors = {"Corefile:3: ready: this plugin can only be used once per Server Block"}},
    {.name = "an address without a port",
     .block = "ready ::1",
     .errors = {"Corefile:2: ready: address ::1: too many colons in address (expected HOST:PORT, "
                ":PORT or [IPV6]:PORT)"}},
};

TEST_CASE("ready reads its lines", "[ready]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(test::PluginSetup("ready", setup, c.block).errors() == c.errors);
    }
  }
}

TEST_CASE("an address that cannot be bound is logged and no more", "[ready]") {
  test::PluginSetup read("ready", setup, "ready 192.0.2.1:8181");
  for (Startable* plugin : read.chain().with<Startable>()) plugin->start();
  CHECK(read.log().lines == Lines{"[ERROR] plugin/ready: Failed to start ready handler: listen tcp "
                                  "192.0.2.1:8181: bind: cannot assign requested address"});
  for (Farewell* plugin : read.chain().with<Farewell>()) {
    CHECK(plugin->farewell() == Duration::zero());
  }
  for (Startable* plugin : read.chain().with<Startable>()) plugin->stop();
}

}  // namespace
}  // namespace catena::ready
