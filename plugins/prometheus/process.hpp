// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"

#include <vector>

namespace catena::prometheus {

/// What the kernel knows of this process, under the names of client_golang's collector, and
/// coredns_build_info. There as long as this object.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(metrics::Registry& registry);

 private:
  std::vector<metrics::Sampled> series_;
};

}  // namespace catena::prometheus
