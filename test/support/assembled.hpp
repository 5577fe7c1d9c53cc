// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/testing.hpp"
#include "core/server/assembly.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace catena::test {

/// A Corefile's text set up with plugins that it may name. Throws its errors.
inline std::shared_ptr<const server::Configuration> assembled(const std::string& corefile,
                                                              PluginList plugins,
                                                              const Process& process) {
  config::Diagnostics diagnostics;
  const config::TestSource source{corefile, server::directive_names(plugins)};
  const config::Corefile parsed = config::parse_for_test(source, diagnostics);
  auto made = server::assemble({parsed, plugins, process, 0}, diagnostics);
  if (!diagnostics.ok()) throw std::runtime_error(config::format(diagnostics.errors()));
  return made;
}

}  // namespace catena::test
