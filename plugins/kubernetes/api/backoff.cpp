// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/backoff.hpp"

#include <algorithm>

namespace catena::kubernetes::api {

Duration Backoff::next(TimePoint now) {
  if (now - last_ > kCalm) delay_ = kFirst;
  last_ = now;
  const Duration base = delay_;
  delay_ = std::min(delay_ * 2, kLargest);
  return base +
         Duration(static_cast<Duration::rep>(fraction_() * static_cast<double>(base.count())));
}

}  // namespace catena::kubernetes::api
