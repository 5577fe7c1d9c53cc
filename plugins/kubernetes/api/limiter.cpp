// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/limiter.hpp"

#include <algorithm>

namespace catena::kubernetes::api {

using Seconds = std::chrono::duration<double>;

Limiter::Limiter(Limits limits, TimePoint now) : filled_(now) {
  change(limits);
  tokens_ = burst_;
}

void Limiter::change(Limits limits) {
  rate_ = limits.queries_per_second > 0 ? limits.queries_per_second : kDefaultRate;
  burst_ = limits.burst > 0 ? limits.burst : kDefaultBurst;
  max_inflight_ = limits.max_inflight;
}

Duration Limiter::try_start(TimePoint now) {
  if (max_inflight_ > 0 && inflight_ >= max_inflight_) return kInflightRetry;
  tokens_ = std::min(burst_, tokens_ + Seconds(now - filled_).count() * rate_);
  filled_ = now;
  if (tokens_ < 1) {
    // A tiny rate must not overflow the clock.
    const double missing = std::min((1 - tokens_) / rate_, 3600.0);
    return std::chrono::ceil<std::chrono::milliseconds>(Seconds(missing));
  }
  tokens_ -= 1;
  ++inflight_;
  return Duration::zero();
}

}  // namespace catena::kubernetes::api
