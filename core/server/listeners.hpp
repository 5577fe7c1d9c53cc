// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/server/configuration.hpp"

#include <vector>

namespace catena::server {

/// The listeners of one block with their numbers, which count through all blocks in order, equal
/// keys sharing one. Call it once every block's `bind` is known.
std::vector<ServerLabel> labels_of(const Configuration& configuration, const Block& block);

/// Whether a block's key is one of this listener.
bool answers(const Listener& listener, const config::Key& key);

/// Reports keys that are defined twice and keys that overlap.
void check_keys(const Configuration& configuration, config::Diagnostics& diagnostics);

/// Makes the listeners of all blocks, with routers, counters and what their blocks say together.
/// Reports blocks that cannot share one.
void make_listeners(Configuration& configuration,
                    metrics::Registry& registry,
                    config::Diagnostics& diagnostics);

}  // namespace catena::server
