// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/load.hpp"

#include "core/base/system_text.hpp"
#include "core/config/environment.hpp"
#include "core/config/file_system.hpp"
#include "core/config/fingerprint.hpp"
#include "core/server/assembly.hpp"

#include "plugins/registry.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace catena {
namespace {

constexpr const char* kDefaultFile = "Corefile";
constexpr const char* kDash = "-";  // For `check`, whose file may well be named stdin.

bool stdin_is_terminal() {
  struct stat status{};
  return ::fstat(STDIN_FILENO, &status) != 0 || S_ISCHR(status.st_mode);
}

Result<config::Source> read_named(const std::string& name) {
  const auto text = config::Disk().read(name);
  if (text) return config::Source{name, *text};
  return Error{
      fmt::format("loading Caddyfile via flag: open {}: {}", name, go_system_text(text.error()))};
}

}  // namespace

Result<config::Source> read_corefile(const Options& options) {
  const bool checks = options.action == Action::check;
  const bool from_stdin = options.conf == (checks ? kDash : kStandardInput);
  if (from_stdin && (checks || !stdin_is_terminal())) {
    return config::Source{kStandardInput,
                          std::string(std::istreambuf_iterator<char>(std::cin), {})};
  }
  if (options.conf && !from_stdin) return read_named(*options.conf);
  const auto text = config::Disk().read(kDefaultFile);
  if (text) return config::Source{kDefaultFile, *text};
  if (text.error() == boost::system::errc::no_such_file_or_directory) {
    return config::Source{kDefaultFile, {}};
  }
  return Error{fmt::format("open {}: {}", kDefaultFile, go_system_text(text.error()))};
}

config::Corefile parse_corefile(const config::Source& source,
                                PluginList plugins,
                                config::Diagnostics& diagnostics) {
  const std::vector<std::string> names = server::directive_names(plugins);
  const config::Disk disk;
  const config::Variables environment = config::process_environment();
  config::Corefile corefile =
      config::parse(source, {disk, environment, names, former_directives()}, diagnostics);
  if (corefile.blocks.empty() && diagnostics.ok()) return config::default_corefile();
  return corefile;
}

Loaded load(const config::Source& source,
            std::uint16_t dns_port,
            PluginList plugins,
            const Process& process,
            config::Diagnostics& diagnostics) {
  const config::Corefile corefile = parse_corefile(source, plugins, diagnostics);
  auto configuration = server::assemble({corefile, plugins, process, dns_port}, diagnostics);
  return {std::move(configuration), config::fingerprint(corefile)};
}

}  // namespace catena
