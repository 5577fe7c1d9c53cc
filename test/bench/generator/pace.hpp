// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/generator/settings.hpp"

#include <algorithm>

namespace catena::bench {

/// When questions are due. At a rate each has its time, and what comes late is late: nobody waits
/// for the answer to the one before. Without a rate each is due when there is room for it.
class Pace {
 public:
  Pace(double rate, Nanoseconds start) : rate_(rate), start_(start) {}

  bool has_rate() const { return rate_ > 0; }

  /// How many may be asked now where there is room for so many.
  std::size_t due(std::size_t room, Nanoseconds time) const {
    if (!has_rate()) return room;
    const auto by_now =
        static_cast<std::uint64_t>(static_cast<double>(time - start_) * rate_ / 1e9);
    return std::min<std::size_t>(room, by_now > asked_ ? by_now - asked_ : 0);
  }

  /// Takes the next one, and says when it was due.
  Nanoseconds take(Nanoseconds time) {
    const Nanoseconds due = next(time);
    ++asked_;
    return due;
  }

  /// When the next one is due.
  Nanoseconds next(Nanoseconds time) const {
    if (!has_rate()) return time;
    return start_ + static_cast<Nanoseconds>(static_cast<double>(asked_ + 1) * 1e9 / rate_);
  }

 private:
  double rate_;
  Nanoseconds start_;
  std::uint64_t asked_ = 0;
};

}  // namespace catena::bench
