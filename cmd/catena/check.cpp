// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_writer.hpp"

#include "cmd/catena/daemon.hpp"
#include "cmd/catena/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace catena {

int check(const Options& options, PluginList plugins) {
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
  load(*source, options.dns_port, plugins, process, diagnostics);
  writer.flush();
  fmt::print(stderr, "{}", config::format(diagnostics.needs(), "[NOTE] "));
  fmt::print(stderr, "{}", config::format(diagnostics.warnings(), "[WARNING] "));
  fmt::print(stderr, "{}", config::format(diagnostics.errors()));
  if (!diagnostics.ok()) return 1;
  fmt::print("{}: OK\n", source->name);
  return 0;
}

namespace {

std::string_view name_at(PluginList plugins, std::ptrdiff_t position) {
  const bool exists = position >= 0 && position < std::ssize(plugins);
  return exists ? plugins[static_cast<std::size_t>(position)].name : std::string_view("(none)");
}

void print_place(PluginList plugins, const PluginEntry& entry) {
  const auto found = std::ranges::find(plugins, entry.name, &PluginEntry::name);
  const std::ptrdiff_t position = found - plugins.begin();
  fmt::print("{} stands behind {} and in front of {}: {}\n", entry.name,
             name_at(plugins, position - 1), name_at(plugins, position + 1), entry.reason);
}

}  // namespace

// Plugins beside the DNS come last, and an empty line ends the list, as in CoreDNS.
void print_plugins(PluginList plugins, PluginList outside) {
  std::vector<std::string_view> names;
  for (const PluginEntry& entry : plugins) {
    if (entry.setup != nullptr) names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string_view name : names) fmt::print("{}\n", name);
  fmt::print("\n");
  for (const PluginEntry& entry : outside) print_place(plugins, entry);
}

}  // namespace catena
