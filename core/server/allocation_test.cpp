// SPDX-License-Identifier: Apache-2.0
// Several threads.
// Counts what a worker allocates per query.
#include "core/server/testing.hpp"

#include "test/support/count_allocations.hpp"

#include <catch2/catch.hpp>

namespace catena::server {
namespace {

using catena::test::query_bytes;

/// What threads other than the test's own have allocated.
std::uint64_t allocations_of_others() {
  return catena::test::allocations_everywhere.load() - catena::test::allocations_here;
}

std::uint64_t allocations_of(const char* corefile, const char* question) {
  test::Running running(corefile);
  test::UdpClient client(running.port());
  const test::Bytes query = query_bytes(question, {.edns_size = 1232});
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) {
      client.send(query);
      REQUIRE_FALSE(client.receive().empty());
    }
  };
  ask(100);
  const std::uint64_t before = allocations_of_others();
  ask(500);
  return allocations_of_others() - before;
}

TEST_CASE("a query that does not wait allocates nothing", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n header\n answer 1\n}\n", "www.example.org. A") == 0);
}

TEST_CASE("neither does one that nobody serves", "[allocation]") {
  CHECK(allocations_of("example.org {\n bind 127.0.0.1\n answer 1\n}\n", "a.b. A") == 0);
}

TEST_CASE("nor one that leads to another, where nobody waits", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n ask b.\n answer 1\n}\n", "a.ask. A") == 0);
  CHECK(allocations_of(". {\n bind 127.0.0.1\n refresh\n answer 1\n}\n", "a. A") == 0);
}

TEST_CASE("nor a second run of the rest", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n autopath b.\n answer 1\n}\n", "a. A") == 0);
}

TEST_CASE("the count sees what is thrown", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n throw\n answer 1\n}\n", "now. A") > 0);
}

}  // namespace
}  // namespace catena::server
