// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/base/budget.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

namespace catena {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

TEST_CASE("one worker may have its half and all that is lent", "[budget]") {
  Budget budget(4 * kMiB, 2);
  BudgetShare share(budget);
  CHECK(budget.floor() == kMiB);
  CHECK(share.take(3 * kMiB));
  CHECK_FALSE(share.take(1));
  CHECK(share.used() == 3 * kMiB);
  share.give(1);
  CHECK(share.take(1));
}

TEST_CASE("what belongs to a worker is there whatever the others hold", "[budget]") {
  Budget budget(4 * kMiB, 2);
  BudgetShare greedy(budget);
  BudgetShare other(budget);
  while (greedy.take(1000)) continue;
  CHECK(other.take(kMiB));
  CHECK_FALSE(other.take(1));
}

TEST_CASE("what is given back can be had by others", "[budget]") {
  Budget budget(4 * kMiB, 2);
  BudgetShare first(budget);
  BudgetShare second(budget);
  REQUIRE(first.take(3 * kMiB));
  first.give(2 * kMiB);
  CHECK(second.take(3 * kMiB - 2 * Budget::kPiece));
}

TEST_CASE("a share that goes leaves nothing lent", "[budget]") {
  Budget budget(4 * kMiB, 1);
  for (int i = 0; i < 3; ++i) {
    BudgetShare share(budget);
    CHECK(share.take(4 * kMiB));
    CHECK_FALSE(share.take(1));
  }
}

TEST_CASE("a smaller limit stops what is new, a larger one lets it in", "[budget]") {
  Budget budget(4 * kMiB, 1);
  BudgetShare share(budget);
  REQUIRE(share.take(3 * kMiB));
  budget.set_limit(2 * kMiB);
  CHECK_FALSE(share.take(1));
  share.give(2 * kMiB);
  CHECK(share.take(1));
  budget.set_limit(8 * kMiB);
  CHECK(share.take(6 * kMiB));
}

TEST_CASE("workers that borrow at once never have more than there is", "[budget]") {
  constexpr std::size_t kWorkers = 4;
  Budget budget(4 * kMiB, kWorkers);
  std::atomic<std::size_t> held{0};
  std::atomic<std::size_t> most{0};
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] {
      BudgetShare share(budget);
      for (int round = 0; round < 200; ++round) {
        std::size_t mine = 0;
        while (share.take(10000)) mine += 10000;
        most = std::max<std::size_t>(most, held += mine);
        held -= mine;
        share.give(mine);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  CHECK(most <= 4 * kMiB);
  BudgetShare last(budget);
  CHECK(last.take(2 * kMiB + budget.floor()));
}

}  // namespace
}  // namespace catena
