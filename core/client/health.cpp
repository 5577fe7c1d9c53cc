// SPDX-License-Identifier: Apache-2.0
#include "core/client/health.hpp"

#include <algorithm>

namespace catena::client {

std::int64_t DialTimeout::nanoseconds() const {
  const std::int64_t mean = mean_.load(std::memory_order_relaxed);
  if (mean >= kMost / 2) return kMost;
  return std::max(kLeast, 2 * mean);
}

void DialTimeout::observe(std::int64_t nanoseconds) {
  const std::int64_t mean = mean_.load(std::memory_order_relaxed);
  mean_.store(mean + (nanoseconds - mean) / 4, std::memory_order_relaxed);
}

}  // namespace catena::client
