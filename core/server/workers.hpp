// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/control_group.hpp"

#include <cstddef>
#include <optional>

namespace catena::server {

/// What decides how many workers are of use.
struct ProcessorLimits {
  std::size_t processors = 1;  ///< That this process may run on.
  ControlGroupFiles groups = {};
};

/// Those of this process.
ProcessorLimits processor_limits();

/// The smallest CPU quota of this process's control group and those above it, in processors, of
/// version 1 or 2; nothing where there is no limit.
std::optional<double> cpu_quota(const ProcessorLimits& limits);

/// max(1, min(processors, floor(quota))): more threads than the quota allows would only be
/// throttled.
std::size_t worker_count(const ProcessorLimits& limits);

}  // namespace catena::server
