// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

#include <span>
#include <vector>

namespace catena {

/// Every plugin of the tree that a Corefile may name, in the order of the chain. With those from
/// outside: arrange().
PluginList plugin_registry();

/// What the folders of CATENA_PLUGINS bring, in the order of that list. The build writes it.
std::vector<PluginEntry> outside_plugins();

/// Directives that CoreDNS once had, for the parser (config::Surroundings).
std::span<const config::FormerDirective> former_directives();

}  // namespace catena
