// SPDX-License-Identifier: Apache-2.0
#include "core/client/id_table.hpp"

#include "core/client/call.hpp"
#include "core/client/health.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <vector>

namespace catena::client {
namespace {

TEST_CASE("ids are unique, found again, and survive the removal of others") {
  const dns::Name name;
  std::vector<std::uint8_t> room(64);
  auto request =
      Request::write({name, dns::Type::A, dns::Class::IN}, dns::Flags(), {}, room).value();
  std::deque<Call> calls;
  Random random;
  IdTable table;
  std::map<std::uint16_t, Call*> expected;
  for (unsigned i = 0; i < IdTable::kLimit; ++i) {
    Call& call = calls.emplace_back(request, Plan{});
    const std::uint16_t id = table.insert(call, random);
    REQUIRE(expected.emplace(id, &call).second);
    // Every third one goes at once, so that gaps close amid runs.
    if (i % 3 != 0) continue;
    table.remove(expected.begin()->first);
    expected.erase(expected.begin());
  }
  CHECK(table.size() == expected.size());
  for (unsigned id = 0; id < 65536; ++id) {
    const auto found = expected.find(static_cast<std::uint16_t>(id));
    REQUIRE(table.find(static_cast<std::uint16_t>(id)) ==
            (found == expected.end() ? nullptr : found->second));
  }
  std::size_t drained = 0;
  table.drain([&drained](Call&) { ++drained; });
  CHECK(drained == expected.size());
  CHECK(table.empty());
}

TEST_CASE("an empty table has nothing") {
  IdTable table;
  CHECK(table.find(7) == nullptr);
  table.drain([](Call&) { FAIL(); });
  table.remove(7);
  CHECK(table.empty());
}

TEST_CASE("the dial timeout follows what dialling took") {
  DialTimeout timeout;
  CHECK(timeout.nanoseconds() == 30'000'000'000);
  timeout.observe(3'000'000'000);  // The mean is 12 s now.
  CHECK(timeout.nanoseconds() == 24'000'000'000);
  for (int i = 0; i < 50; ++i) timeout.observe(1'000'000);
  CHECK(timeout.nanoseconds() == 1'000'000'000);
  for (int i = 0; i < 50; ++i) timeout.observe(40'000'000'000);
  CHECK(timeout.nanoseconds() == 30'000'000'000);
}

TEST_CASE("an upstream is down after more than max_fails failed probes") {
  Health health;
  for (int i = 0; i < 2; ++i) health.failed();
  CHECK_FALSE(health.down(2));
  health.failed();
  CHECK(health.down(2));
  CHECK_FALSE(health.down(0));
  health.recovered();
  CHECK_FALSE(health.down(2));
}

TEST_CASE("one prober at a time") {
  Health health;
  CHECK(health.claim());
  CHECK_FALSE(health.claim());
  health.release();
  CHECK(health.claim());
}

}  // namespace
}  // namespace catena::client
