// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

#include <string>

namespace catena {

/// A counter with the label `server` for each listener of the block.
inline PerServer<metrics::Counter*> server_counters(const std::string& name,
                                                    const std::string& help,
                                                    const Setup& setup) {
  const auto make = [&](const std::string& server) {
    return &setup.metrics().counter(name, help, {{"server", server}});
  };
  return PerServer<metrics::Counter*>(setup.servers(), make);
}

}  // namespace catena
