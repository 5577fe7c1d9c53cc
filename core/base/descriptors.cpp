// SPDX-License-Identifier: Apache-2.0
#include "core/base/descriptors.hpp"

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace catena {

DescriptorLimit descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  constexpr rlim_t kMost = std::numeric_limits<int>::max();
  return {static_cast<std::size_t>(std::min(limit.rlim_cur, kMost))};
}

// Where the hard limit is above the kernel's own (fs.nr_open) it cannot be had, and stays.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace catena
