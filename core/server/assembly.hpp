// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"
#include "core/config/diagnostics.hpp"
#include "core/plugin/registry.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/configuration.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::server {

/// What a Corefile is put together with. All but the Corefile outlives the configuration.
struct Parts {
  const config::Corefile& corefile;
  PluginList registry;
  const Process& process;
  std::uint16_t dns_port = 53;
};

/// Every directive that exists, for the parser.
std::vector<std::string> directive_names(PluginList registry);

/// Resolves keys and sets up all plugins, plugin by plugin in the order of the registry over all
/// blocks. Opens no socket and asks nobody. What is wrong goes to `diagnostics`, all of it; the
/// result is to be used only if there is no error.
std::shared_ptr<const Configuration> assemble(const Parts& parts, config::Diagnostics& diagnostics);

}  // namespace catena::server
