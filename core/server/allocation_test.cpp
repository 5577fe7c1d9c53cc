// SPDX-License-Identifier: Apache-2.0
// Counts what a worker allocates per query. Replaces operator new for the whole test program.
#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};
thread_local bool excluded = false;  // Set on the test's own thread.

void* allocate(std::size_t size) {
  if (counting.load(std::memory_order_relaxed) && !excluded) ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace catena::server {
namespace {

using catena::test::query_bytes;

std::uint64_t allocations_of(const char* corefile, const char* question) {
  excluded = true;
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
  allocations = 0;
  counting = true;
  ask(500);
  counting = false;
  return allocations;
}

TEST_CASE("a query that does not wait allocates nothing", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n header\n answer 1\n}\n", "www.example.org. A") == 0);
}

TEST_CASE("neither does one that nobody serves", "[allocation]") {
  CHECK(allocations_of("example.org {\n bind 127.0.0.1\n answer 1\n}\n", "a.b. A") == 0);
}

TEST_CASE("the count sees what waits", "[allocation]") {
  CHECK(allocations_of(". {\n bind 127.0.0.1\n ask b.\n answer 1\n}\n", "a.ask. A") > 0);
}

}  // namespace
}  // namespace catena::server
