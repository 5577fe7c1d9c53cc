// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/directive.hpp"

#include "plugins/forward/settings.hpp"

namespace catena::forward {

/// Reads `tls [CERT KEY] [CA]` and `tls_servername NAME`, and sets up the TLS of the upstreams that
/// have it; the targets are known. What is wrong goes to the line's error sink.
void read_tls(config::Directive& line, Settings& settings);

}  // namespace catena::forward
