// SPDX-License-Identifier: Apache-2.0
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::debug {

void setup(Setup& setup);

namespace {

TEST_CASE("debug is a setting of the listener and takes no argument", "[debug]") {
  test::PluginSetup plain("debug", setup, "debug");
  CHECK(plain.errors().empty());
  CHECK(plain.listener().value<Debugging>().on);
  CHECK(plain.chain().empty());
  const test::PluginSetup wrong("debug", setup, "debug loudly");
  CHECK(wrong.errors().size() == 1);
}

}  // namespace
}  // namespace catena::debug
