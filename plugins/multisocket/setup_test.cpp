// SPDX-License-Identifier: Apache-2.0
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::multisocket {

void setup(Setup& setup);

namespace {

struct Row {
  const char* block;
  std::size_t count;
  const char* error;  // "" for none
};

const Row kRows[] = {
    {"multisocket", 0, ""},
    {"multisocket 1", 1, ""},
    {"multisocket 1024", 1024, ""},
    {"multisocket 0", 0, "num sockets can not be zero or negative: 0"},
    {"multisocket -1", 0, "num sockets can not be zero or negative: -1"},
    {"multisocket 1025", 0, "num sockets exceeds maximum (1024): 1025"},
    {"multisocket many", 0, "invalid num sockets: 'many'"},
    {"multisocket 1 2", 1, "Wrong argument count"},
    {"multisocket {\n one\n}", 0, "there is no block here"},
    {"multisocket 1\nmultisocket 2", 1, "multisocket"},
};

TEST_CASE("the number of sockets is said of the listener", "[multisocket]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.block) {
      test::PluginSetup plugin("multisocket", setup, row.block);
      REQUIRE(plugin.listener().find<SocketCount>() != nullptr);
      CHECK(plugin.listener().find<SocketCount>()->count == row.count);
      CHECK(plugin.chain().empty());
      const bool wrong = *row.error != '\0';
      REQUIRE(plugin.errors().size() == (wrong ? 1u : 0u));
      if (wrong) CHECK_THAT(plugin.errors().front(), Catch::Contains(row.error));
    }
  }
}

}  // namespace
}  // namespace catena::multisocket
