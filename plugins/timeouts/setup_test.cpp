// SPDX-License-Identifier: Apache-2.0
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::timeouts {

void setup(Setup& setup);

namespace {

using std::chrono::seconds;

struct Row {
  const char* name;
  const char* block;
  std::optional<Duration> read, write, idle;
  std::optional<long> queries;
};

const Row kRows[] = {
    {"all of them", "timeouts {\n read 1s\n write 2m\n idle 24h\n maxtcpqueries 128\n}", seconds(1),
     seconds(120), seconds(86400), 128},
    {"numbers are seconds", "timeouts {\n read 20\n}", seconds(20), {}, {}, {}},
    {"as many as it likes", "timeouts {\n maxtcpqueries -1\n}", {}, {}, {}, -1},
    {"of two lines the last counts", "timeouts {\n idle 3s\n idle 4s\n}", {}, {}, seconds(4), {}},
    {"several directives add up",
     "timeouts {\n read 5s\n}\ntimeouts {\n idle 6s\n}",
     seconds(5),
     {},
     seconds(6),
     {}},
};

TEST_CASE("timeouts are said of the listener", "[timeouts]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::PluginSetup plugin("timeouts", setup, row.block);
      CHECK(plugin.errors().empty());
      const auto times = plugin.listener().value<ConnectionTimes>();
      CHECK(times.read == row.read);
      CHECK(times.write == row.write);
      CHECK(times.idle == row.idle);
      CHECK(times.max_queries == row.queries);
      CHECK(plugin.chain().empty());
    }
  }
}

struct Wrong {
  const char* block;
  const char* error;
};

const Wrong kWrong[] = {
    {"timeouts", "timeouts block with no timeouts specified"},
    {"timeouts {\n}", "timeouts block with no timeouts specified"},
    {"timeouts 3s {\n read 3s\n}", "Wrong argument count"},
    {"timeouts {\n read\n}", "Wrong argument count"},
    {"timeouts {\n read 3s 4s\n}", "Wrong argument count"},
    {"timeouts {\n read soon\n}", "failed to parse duration 'soon'"},
    {"timeouts {\n read 0\n}", "needs to be between 1 second and 24 hours"},
    {"timeouts {\n idle 25h\n}", "needs to be between 1 second and 24 hours"},
    {"timeouts {\n maxtcpqueries 0\n}", "needs to be -1 (unlimited) or a positive integer"},
    {"timeouts {\n maxtcpqueries -2\n}", "needs to be -1 (unlimited) or a positive integer"},
    {"timeouts {\n maxtcpqueries many\n}", "invalid value for maxtcpqueries 'many'"},
    {"timeouts {\n reed 3s\n}", "reed"},
};

TEST_CASE("what is no timeout is an error", "[timeouts]") {
  for (const Wrong& wrong : kWrong) {
    DYNAMIC_SECTION(wrong.block) {
      const test::PluginSetup plugin("timeouts", setup, wrong.block);
      REQUIRE(plugin.errors().size() == 1);
      CHECK_THAT(plugin.errors().front(), Catch::Contains(wrong.error));
    }
  }
}

}  // namespace
}  // namespace catena::timeouts
