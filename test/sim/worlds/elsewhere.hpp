// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

namespace catena::sim {

/// The plugin `elsewhere`, which has an answer for all names that nobody else has: see
/// ClusterModel. Names that begin with "slow" wait as many milliseconds as they say.
void set_up_elsewhere(Setup& setup);

}  // namespace catena::sim
