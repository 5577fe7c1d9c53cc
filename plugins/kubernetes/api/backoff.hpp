// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <functional>

namespace catena::kubernetes::api {

/// Uniform in [0, 1).
using Fraction = std::function<double()>;

/// How long to wait after one failure after the other: 0.8 s, doubling, to 30 s, each made longer
/// by up to its own length; from the start again after two minutes without a failure. One thread.
class Backoff {
 public:
  explicit Backoff(Fraction fraction) : fraction_(std::move(fraction)) {}

  /// A failure at `now`.
  Duration next(TimePoint now);

 private:
  static constexpr Duration kFirst = std::chrono::milliseconds(800);
  static constexpr Duration kLargest = std::chrono::seconds(30);
  static constexpr Duration kCalm = std::chrono::minutes(2);

  Fraction fraction_;
  Duration delay_ = kFirst;
  TimePoint last_{};
};

}  // namespace catena::kubernetes::api
