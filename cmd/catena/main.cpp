// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/complaint.hpp"
#include "cmd/catena/daemon.hpp"
#include "cmd/catena/options.hpp"
#include "cmd/catena/version.hpp"
#include "plugins/registry.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <vector>

namespace {

int run_with_plugins(const catena::Options& options) {
  const std::vector<catena::PluginEntry> outside = catena::outside_plugins();
  const auto plugins = catena::arrange(catena::plugin_registry(), outside).value();
  if (options.action == catena::Action::serve) return catena::serve(options, plugins);
  if (options.action == catena::Action::check) return catena::check(options, plugins);
  catena::print_plugins(plugins, outside);
  return 0;
}

int run(const catena::Options& options) {
  switch (options.action) {
    case catena::Action::version:
      fmt::print("{}\n{}\n", catena::version_line(), catena::platform_line());
      return 0;
    case catena::Action::help:
      fmt::print(stderr, "{}", catena::usage());
      return 0;
    default:
      return run_with_plugins(options);
  }
}

}  // namespace

int main(int count, char** words) {
  const catena::CommandLine line = catena::parse_command_line({words + 1, words + count});
  if (line.status != 0) {
    // Wrong flags are a matter between the command line and its writer: always text.
    const bool misuse = line.status != 1;
    catena::complain(misuse ? catena::LogFormat::text : line.options.log_format, line.error);
    return line.status;
  }
  try {
    return run(line.options);
  } catch (const std::exception& exception) {
    catena::complain(line.options.log_format, fmt::format("{}\n", exception.what()));
    return 1;
  }
}
