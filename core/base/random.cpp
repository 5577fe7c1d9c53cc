// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

namespace catena {

void random_bytes(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    // Without randomness every answer could be forged: nothing sensible is left to do.
    if (got <= 0) std::abort();
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// SplitMix64 where there is a seed.
void Random::fill() {
  if (!seed_) return random_bytes(pool_);
  for (std::size_t at = 0; at < pool_.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = *seed_ += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    word ^= word >> 31;
    std::memcpy(pool_.data() + at, &word, sizeof word);
  }
}

template <class T>
T Random::next() {
  if (left_ < sizeof(T)) {
    fill();
    left_ = pool_.size();
  }
  T value;
  std::uint8_t* at = pool_.data() + (pool_.size() - left_);
  std::memcpy(&value, at, sizeof(T));
  std::memset(at, 0, sizeof(T));
  left_ -= sizeof(T);
  return value;
}

std::uint16_t Random::next16() { return next<std::uint16_t>(); }
std::uint32_t Random::next32() { return next<std::uint32_t>(); }
std::uint64_t Random::next64() { return next<std::uint64_t>(); }

// Multiplication maps 32 random bits onto the range; what would favour small results is drawn again
// (Lemire, "Fast Random Integer Generation in an Interval", 2019).
std::uint32_t Random::below(std::uint32_t bound) {
  const std::uint32_t unfair = -bound % bound;
  for (;;) {
    const std::uint64_t product = std::uint64_t{next32()} * bound;
    if (static_cast<std::uint32_t>(product) >= unfair)
      return static_cast<std::uint32_t>(product >> 32);
  }
}

}  // namespace catena
