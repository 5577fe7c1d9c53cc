// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/generator/settings.hpp"

#include <array>

namespace catena::bench {

/// How long answers took, with 64 steps to each power of two: what it says is at most 1.6 % low.
class Histogram {
 public:
  void add(Nanoseconds took);
  /// The time that this part of all was faster than, in µs.
  double percentile(double part) const;
  double longest() const { return static_cast<double>(longest_) / 1000; }

 private:
  static constexpr unsigned kSteps = 64;
  std::array<std::uint64_t, kSteps * 60> counts_{};
  std::uint64_t total_ = 0;
  Nanoseconds longest_ = 0;
};

/// What became of the questions of a window of time.
struct Tally {
  std::uint64_t answers = 0;  ///< Right ones.
  std::uint64_t wrong = 0;
  std::uint64_t lost = 0;   ///< Not answered within kPatience.
  std::uint64_t stray = 0;  ///< Answers to nothing that is open.
  std::array<std::uint64_t, 16> rcodes{};
  Histogram took;
};

}  // namespace catena::bench
