// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace catena {

/// What this host is called, in a cluster the pod; "localhost" where it has no name.
std::string host_name();

}  // namespace catena
