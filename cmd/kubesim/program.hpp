// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/options.hpp"

namespace catena::kubesim {

/// Serves until SIGINT or SIGTERM. Throws std::exception for what makes a start impossible.
void run_program(const Options& options);

}  // namespace catena::kubesim
