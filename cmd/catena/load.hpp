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

namespace catena {

/// The text of the Corefile that the options name: a file, `stdin`, or ./Corefile; nothing in it
/// when there is none, which means the built-in configuration. Errors have CoreDNS's text.
Result<config::Source> read_corefile(const Options& options);

/// Parses and sets up everything; what is wrong goes to `diagnostics`.
std::shared_ptr<const server::Configuration> load(const config::Source& source,
                                                  std::uint16_t dns_port,
                                                  const Process& process,
                                                  config::Diagnostics& diagnostics);

}  // namespace catena
