// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

namespace catena {

/// Every plugin that a Corefile may name, in the order of the chain.
Registry plugin_registry();

/// Directives that CoreDNS once had, for the parser (config::Surroundings).
std::span<const config::FormerDirective> former_directives();

}  // namespace catena
