// SPDX-License-Identifier: Apache-2.0
#include "core/base/trimmer.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace catena {
namespace {

struct Row {
  const char* name;
  std::vector<std::size_t> megabytes;  ///< In use at each look.
  int trims;
};

const Row kRows[] = {
    {"nothing ever happens", {1, 1, 1, 1}, 0},
    {"a peak that goes on", {1, 100, 100, 90}, 0},
    {"a peak that is over", {1, 100, 10, 10}, 1},
    {"a peak that comes back at once", {1, 100, 10, 100}, 0},
    {"a peak that has gone at one look only", {1, 100, 10}, 0},
    {"what was given back is not given back again", {1, 100, 10, 10, 10, 10}, 1},
    {"two peaks", {100, 1, 1, 100, 1, 1}, 2},
    {"a peak that goes step by step", {100, 40, 40, 10, 10}, 2},
    {"too little to care about", {2, 1, 1}, 0},
};

TEST_CASE("memory of a peak is given back when the peak is over", "[trimmer]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      std::size_t used = 0;
      int trims = 0;
      Trimmer trimmer([&] { return used; }, [&] { ++trims; });
      for (const std::size_t megabytes : row.megabytes) {
        used = megabytes * 1024 * 1024;
        trimmer.look();
      }
      CHECK(trims == row.trims);
    }
  }
}

}  // namespace
}  // namespace catena
