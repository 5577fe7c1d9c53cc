// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/configuration.hpp"

#include <string>
#include <vector>

namespace catena::server {

/// What is printed at start for one listener: `zone:port`, with ` on ADDRESS` when bound, sorted by
/// zone, and a warning in front of zones that are no host names. `port` is the real one.
std::vector<std::string> zone_lines(const Listener& listener, std::uint16_t port);

}  // namespace catena::server
