// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/directive.hpp"

#include "plugins/forward/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace catena::forward {

/// Takes all that is left of a `forward` line as TO: addresses with or without a port, files like
/// resolv.conf, host names; with `tls://` in front, and `%NAME` behind, servers that speak TLS.
/// Duplicates count once. What is wrong goes to the line's error sink.
std::vector<Target> take_targets(config::Arguments& line);

}  // namespace catena::forward
