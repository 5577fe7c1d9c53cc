// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/backoff.hpp"

#include <algorithm>

namespace catena::kubernetes::api {

Duration Backoff::next(TimePoint now, Duration largest) {
  if (now - last_ > kCalm) reset();
  last_ = now;
  const Duration base = std::min(delay_, largest);
  delay_ = std::min(base * 2, largest);
  return base +
         Duration(static_cast<Duration::rep>(fraction_() * static_cast<double>(base.count())));
}

}  // namespace catena::kubernetes::api
