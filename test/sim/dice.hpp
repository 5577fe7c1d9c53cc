// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace catena::sim {

/// All that a seed decides: the same seed, the same numbers, on every machine (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t word = state_ += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
  }

  /// In [0, bound); `bound` is not zero.
  std::size_t below(std::size_t bound) { return next() % bound; }
  /// In [low, high].
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  /// True so often in a hundred.
  bool percent(unsigned often) { return below(100) < often; }
  Duration milliseconds(std::size_t low, std::size_t high) {
    return std::chrono::milliseconds(between(low, high));
  }

 private:
  std::uint64_t state_;
};

}  // namespace catena::sim
