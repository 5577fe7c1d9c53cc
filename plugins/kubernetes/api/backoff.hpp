// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <functional>

namespace catena::kubernetes::api {

/// Uniform in [0, 1).
using Fraction = std::function<double()>;

/// How long to wait after one failure after the other: 0.8 s, doubling up to a largest wait, each
/// made longer by up to its own length; from the start again after half a minute without a failure.
/// One thread.
class Backoff {
 public:
  explicit Backoff(Fraction fraction) : fraction_(std::move(fraction)) {}

  /// A failure at `now`.
  Duration next(TimePoint now, Duration largest);

  /// The next failure is another trouble.
  void reset() { delay_ = kFirst; }

 private:
  static constexpr Duration kFirst = std::chrono::milliseconds(800);
  static constexpr Duration kCalm = std::chrono::seconds(30);

  Fraction fraction_;
  Duration delay_ = kFirst;
  TimePoint last_{};
};

}  // namespace catena::kubernetes::api
