// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <algorithm>

namespace catena::sim {

/// Lets time go on, from one event to the next: `settle()` does all that can happen now, `next()`
/// says when something is to happen.
template <class Settle, class Next>
void pass_time(ManualClock& clock, Duration time, const Settle& settle, const Next& next) {
  const TimePoint until = clock.now() + time;
  settle();
  for (TimePoint at = next(); at <= until; at = next()) {
    clock.advance(std::max(Duration::zero(), at - clock.now()));
    settle();
  }
  clock.advance(until - clock.now());
  settle();
}

}  // namespace catena::sim
