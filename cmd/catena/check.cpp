// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_writer.hpp"

#include "cmd/catena/daemon.hpp"
#include "cmd/catena/load.hpp"
#include "plugins/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace catena {

int check(const Options& options) {
  const Result<config::Source> source = read_corefile(options);
  if (!source) {
    fmt::print(stderr, "{}\n", source.error().text);
    return 1;
  }
  LogWriter writer(STDERR_FILENO);
  metrics::Registry metrics(2);
  epoch::Domain epoch;
  SystemClock clock;
  Keeper keeper;
  const Process process{Log(writer), metrics, epoch, clock, keeper};
  config::Diagnostics diagnostics(options.place);
  load(*source, options.dns_port, process, diagnostics);
  writer.flush();
  fmt::print(stderr, "{}", config::format(diagnostics.needs(), "[NOTE] "));
  fmt::print(stderr, "{}", config::format(diagnostics.warnings(), "[WARNING] "));
  fmt::print(stderr, "{}", config::format(diagnostics.errors()));
  if (!diagnostics.ok()) return 1;
  fmt::print("{}: OK\n", source->name);
  return 0;
}

// Plugins beside the DNS come last, and an empty line ends the list, as in CoreDNS.
void print_plugins() {
  std::vector<std::string> names;
  for (const PluginEntry& entry : plugin_registry()) {
    if (entry.setup != nullptr) names.emplace_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) fmt::print("{}\n", name);
  fmt::print("\n");
}

}  // namespace catena
