// SPDX-License-Identifier: Apache-2.0
#include "core/server/memory.hpp"

#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::server {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

struct Row {
  const char* name;
  MemoryPlan plan;
  std::optional<std::uint64_t> said;
  std::uint64_t budget;
};

const Row kRows[] = {
    {"a quarter of the limit", {170 * kMiB, 8192 * kMiB, {}}, {}, 170 * kMiB / 4},
    {"never less than 16 MiB", {32 * kMiB, 8192 * kMiB, {}}, {}, 16 * kMiB},
    {"never more than 256 MiB", {4096 * kMiB, 8192 * kMiB, {}}, {}, 256 * kMiB},
    {"of the host where there is no limit", {{}, 512 * kMiB, {}}, {}, 128 * kMiB},
    {"what the command line says", {170 * kMiB, 8192 * kMiB, 8 * kMiB}, {}, 8 * kMiB},
    {"what the Corefile says", {170 * kMiB, 8192 * kMiB, 8 * kMiB}, 300 * kMiB, 300 * kMiB},
};

TEST_CASE("how much of the memory clients may hold", "[memory]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) { CHECK(row.plan.budget(row.said) == row.budget); }
  }
}

TEST_CASE("it is said at start, and that there is little", "[memory]") {
  catena::test::LogLines lines;
  const MemoryPlan plan{170 * kMiB, 8192 * kMiB, {}};
  plan.announce(Log(lines), {});
  REQUIRE(lines.lines.size() == 1);
  CHECK(lines.lines[0] ==
        "[INFO] Clients may hold 42.5 MiB of memory, of 170 MiB that the control group allows");
  const MemoryPlan little{48 * kMiB, 8192 * kMiB, {}};
  little.announce(Log(lines), {});
  REQUIRE(lines.lines.size() == 3);
  CHECK(lines.lines[2] ==
        "[WARNING] The control group allows 48 MiB of memory, which is little: 64 MiB are advised");
}

}  // namespace
}  // namespace catena::server
