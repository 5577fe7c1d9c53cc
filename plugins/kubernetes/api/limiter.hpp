// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

namespace catena::kubernetes::api {

/// Options apiserver_qps, apiserver_burst and apiserver_max_inflight. Zero means the default: 5 a
/// second, 10 at once, any number in flight.
struct Limits {
  double queries_per_second = 0;
  unsigned burst = 0;
  unsigned max_inflight = 0;
};

/// Holds back requests that would exceed the limits. Watches, which last, are not limited. API
/// thread only.
class Limiter {
 public:
  Limiter(Limits limits, TimePoint now);

  /// From now on with other limits; what is in flight counts on.
  void change(Limits limits);

  /// How long a request has to wait; zero: it may go, and finish() must follow.
  Duration try_start(TimePoint now);
  void finish() { --inflight_; }

 private:
  static constexpr double kDefaultRate = 5;
  static constexpr unsigned kDefaultBurst = 10;
  static constexpr Duration kInflightRetry = std::chrono::milliseconds(20);

  double rate_ = kDefaultRate;
  double burst_ = kDefaultBurst;
  unsigned max_inflight_ = 0;
  unsigned inflight_ = 0;
  double tokens_ = 0;
  TimePoint filled_;
};

}  // namespace catena::kubernetes::api
