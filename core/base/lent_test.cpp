// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/base/lent.hpp"

#include "core/base/epoch.hpp"

#include "test/support/ends_by_signal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <thread>
#include <vector>

namespace catena::epoch {
namespace {

namespace asio = boost::asio;

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 4> kShared{1, 2, 3, 4};

/// A worker's thread, behind the first turn of its loop.
class Turning {
 public:
  Turning() { turn(); }
  void turn() { reader_->quiescent(); }

 private:
  Domain domain_;
  std::shared_ptr<Reader> reader_ = domain_.join([] {});
};

/// What is left of a loan behind a wait.
asio::awaitable<void> wait_with(Bytes bytes, int& sum) {
  co_await asio::post(asio::use_awaitable);
  for (const std::uint8_t byte : bytes) sum += byte;
}

int sum_behind_wait(Bytes bytes) {
  Turning worker;
  int sum = 0;
  asio::io_context io;
  asio::co_spawn(io, wait_with(lend(bytes), sum), asio::detached);
  while (io.poll_one() != 0) worker.turn();
  return sum;
}

TEST_CASE("what is lent can be read until the turn ends", "[lent]") {
  Turning worker;
  const std::vector<std::uint8_t> much(100000, 7);
  const Bytes one = lend(kShared);
  const Bytes other = lend(much);
  CHECK(std::ranges::equal(one, kShared));
  CHECK(std::ranges::equal(other, much));
  const std::vector<std::uint8_t> kept(one.begin(), one.end());
  worker.turn();
  CHECK(std::ranges::equal(kept, kShared));
  CHECK(std::ranges::equal(lend(kShared), kShared));
  CHECK(lend({}).empty());
}

TEST_CASE("turns end for as long as a worker lives", "[lent]") {
  Turning worker;
  const std::vector<std::uint8_t> much(20 * 1024 * 1024, 7);
  for (int turn = 0; turn < 8; ++turn) {
    for (int loan = 0; loan < 5; ++loan) CHECK(lend(much).back() == 7);
    worker.turn();
  }
}

#ifdef NDEBUG

TEST_CASE("a release build lends the bytes themselves", "[lent]") {
  Turning worker;
  CHECK(lend(kShared).data() == kShared.data());
  CHECK(sum_behind_wait(kShared) == 10);
}

#else

TEST_CASE("whoever keeps what is lent across a wait is ended where it is used", "[lent]") {
  CHECK(test::ends_by_signal([] { return sum_behind_wait(kShared); }, SIGSEGV));
}

TEST_CASE("what one thread has lent does not end with another one's turn", "[lent]") {
  Turning worker;
  const Bytes lent = lend(kShared);
  std::thread([] {
    Turning other;
    lend(kShared);
    other.turn();
  }).join();
  CHECK(std::ranges::equal(lent, kShared));
}

#endif

}  // namespace
}  // namespace catena::epoch
