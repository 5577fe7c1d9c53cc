// SPDX-License-Identifier: Apache-2.0
// Replaces operator new for a whole test program: include it in exactly one of its files.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace catena::test {

/// How often the heap was asked, by the calling thread and by all.
inline thread_local std::uint64_t allocations_here = 0;
inline std::atomic<std::uint64_t> allocations_everywhere{0};

inline void* counted_allocation(std::size_t size) noexcept {
  ++allocations_here;
  allocations_everywhere.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}

inline void* counted_allocation_or_throw(std::size_t size) {
  if (void* memory = counted_allocation(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace catena::test

// All forms, or a sanitizer sees memory of the one given back to the other.
void* operator new(std::size_t size) { return catena::test::counted_allocation_or_throw(size); }
void* operator new[](std::size_t size) { return catena::test::counted_allocation_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return catena::test::counted_allocation(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return catena::test::counted_allocation(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
