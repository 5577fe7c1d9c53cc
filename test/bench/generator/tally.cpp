// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/tally.hpp"

#include <algorithm>
#include <bit>

namespace catena::bench {
namespace {

constexpr unsigned kBits = 6;  // 64 steps.

unsigned place_of(std::uint64_t value) {
  if (value < (1u << kBits)) return static_cast<unsigned>(value);
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
  return ((shift + 1) << kBits) + static_cast<unsigned>((value >> shift) & ((1u << kBits) - 1));
}

std::uint64_t value_of(unsigned place) {
  if (place < (1u << kBits)) return place;
  const unsigned shift = (place >> kBits) - 1;
  return (std::uint64_t{1} << (shift + kBits)) +
         (std::uint64_t{place & ((1u << kBits) - 1)} << shift);
}

}  // namespace

void Histogram::add(Nanoseconds took) {
  const auto value = static_cast<std::uint64_t>(std::max<Nanoseconds>(took, 0));
  ++counts_[std::min<std::size_t>(place_of(value), counts_.size() - 1)];
  ++total_;
  longest_ = std::max(longest_, took);
}

double Histogram::percentile(double part) const {
  const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
  std::uint64_t seen = 0;
  for (unsigned place = 0; place < counts_.size(); ++place) {
    seen += counts_[place];
    if (seen > wanted) return static_cast<double>(value_of(place)) / 1000;
  }
  return longest();
}

}  // namespace catena::bench
