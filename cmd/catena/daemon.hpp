// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

#include "cmd/catena/options.hpp"

namespace catena {

/// Runs the server until a signal ends it. Returns the exit status (0 after SIGTERM or SIGINT, 1
/// when the start failed).
int serve(const Options& options, PluginList plugins);

/// Reads and sets up a Corefile, prints every error, starts nothing. Returns the exit status.
int check(const Options& options, PluginList plugins);

/// Prints the names of this build's plugins as CoreDNS does, then where those from `outside` stand
/// among all `plugins`.
void print_plugins(PluginList plugins, PluginList outside);

}  // namespace catena
