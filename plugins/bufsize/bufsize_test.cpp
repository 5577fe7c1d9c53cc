// SPDX-License-Identifier: Apache-2.0
#include "plugins/bufsize/bufsize.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::bufsize {

void setup(Setup& setup);

namespace {

struct Row {
  const char* name;
  const char* line;
  std::optional<std::uint16_t> asked;
  std::optional<std::uint16_t> passed;
  std::size_t limit;
};

const Row kRows[] = {
    {"1232 by default", "bufsize", 4096, 1232, 1232},
    {"a size of one's own", "bufsize 512", 4096, 512, 512},
    {"it is never raised", "bufsize 4096", 1400, 1400, 1400},
    {"who says none keeps none", "bufsize 1232", std::nullopt, std::nullopt, 512},
    {"of two lines the first counts", "bufsize 600\nbufsize 700", 4096, 600, 600},
};

TEST_CASE("bufsize lowers what a client takes", "[bufsize]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::PluginSetup plugin("bufsize", setup, row.line);
      REQUIRE(plugin.errors().empty());
      test::IncomingQuery incoming("a.example. A", {.edns_size = row.asked});
      CHECK(plugin.chain().first()(incoming.query).ready());
      const auto& edns = incoming.query.edns();
      CHECK(edns.has_value() == row.passed.has_value());
      if (edns && row.passed) CHECK(edns->udp_size == *row.passed);
      CHECK(incoming.query.response_limit() == row.limit);
    }
  }
}

TEST_CASE("a size that bufsize cannot have is said", "[bufsize]") {
  for (const char* line : {"bufsize 511", "bufsize 4097", "bufsize much", "bufsize -1",
                           "bufsize 512 1232", "bufsize 512 {\n a\n}"}) {
    CAPTURE(line);
    CHECK(test::PluginSetup("bufsize", setup, line).errors().size() == 1);
  }
}

}  // namespace
}  // namespace catena::bufsize
