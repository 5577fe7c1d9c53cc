// SPDX-License-Identifier: Apache-2.0
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::memory {

void setup(Setup& setup);

namespace {

TEST_CASE("memory says how much clients may make the process hold", "[memory]") {
  test::PluginSetup plain("memory", setup, "memory 32Mi");
  CHECK(plain.errors().empty());
  CHECK(plain.listener().value<MemoryLimit>().bytes == 32u << 20);
  CHECK(plain.chain().empty());
}

struct Row {
  const char* block;
  const char* error;
};

const Row kRows[] = {
    {"memory",
     "Corefile:2: memory: Wrong argument count or unexpected line ending after 'memory' "
     "(expected at least 1 argument, found 0)"},
    {"memory much", "Corefile:2: memory: expected a size such as 64Mi, not 'much'"},
    {"memory 32Mi 64Mi",
     "Corefile:2: memory: Wrong argument count or unexpected line ending after '64Mi' "
     "(expected at most 1 argument, found 2)"},
    {"memory 1Mi", "Corefile:2: memory: at least 4Mi is expected"},
};

TEST_CASE("what is no size is an error of memory", "[memory]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.block) {
      const test::PluginSetup wrong("memory", setup, row.block);
      REQUIRE(wrong.errors().size() == 1);
      CHECK(wrong.errors().front() == row.error);
    }
  }
}

}  // namespace
}  // namespace catena::memory
