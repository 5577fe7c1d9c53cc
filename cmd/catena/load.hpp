// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/config/corefile.hpp"
#include "core/config/diagnostics.hpp"
#include "core/plugin/registry.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/configuration.hpp"

#include "cmd/catena/options.hpp"

#include <memory>
#include <string>

namespace catena {

/// The name of a Corefile that came through standard input.
inline constexpr const char* kStandardInput = "stdin";

/// The text of the Corefile that the options name: a file, `stdin` (`-` to check), or ./Corefile;
/// nothing in it when there is none, which means the built-in configuration. Errors have CoreDNS's
/// text.
Result<config::Source> read_corefile(const Options& options);

/// A Corefile with the plugins' directives, or the built-in one where it says nothing.
config::Corefile parse_corefile(const config::Source& source,
                                PluginList plugins,
                                config::Diagnostics& diagnostics);

/// A configuration that is set up, and what it was made from (config/fingerprint.hpp).
struct Loaded {
  std::shared_ptr<const server::Configuration> configuration;
  std::string fingerprint;
};

/// Parses and sets up everything; what is wrong goes to `diagnostics`.
Loaded load(const config::Source& source,
            std::uint16_t dns_port,
            PluginList plugins,
            const Process& process,
            config::Diagnostics& diagnostics);

}  // namespace catena
