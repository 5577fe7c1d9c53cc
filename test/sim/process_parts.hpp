// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/testing.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/assembly.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace catena::sim {

/// The lines of a log, kept.
class LogLines final : public LogSink {
 public:
  void write(LogLevel, std::string_view line) override { text.append(line).append("\n"); }
  std::string text;
};

/// What a process has one of, with a clock that is turned by hand.
struct ProcessParts {
  explicit ProcessParts(std::size_t workers = 1) : metrics(workers + 1) {}
  LogLines log;
  metrics::Registry metrics;
  epoch::Domain epoch;
  ManualClock clock;
  Keeper keeper;
  const Process process{Log(log), metrics, epoch, clock, keeper};
};

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

}  // namespace catena::sim
