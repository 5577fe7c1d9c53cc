// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/server/configuration.hpp"

#include <vector>

namespace catena::server {

/// The listeners of one block with their numbers, which count through all blocks in order, equal
/// address and port sharing one. Call it once every block's `bind` is known.
std::vector<ServerLabel> labels_of(const Configuration& configuration, const Block& block);

/// Reports keys that are defined twice and keys that overlap.
void check_keys(const Configuration& configuration, config::Diagnostics& diagnostics);

/// Makes the listeners of all blocks, with routers and counters. Settings of a shared listener come
/// from the last block that changed them; `debug` from any.
void make_listeners(Configuration& configuration, metrics::Registry& registry);

}  // namespace catena::server
