// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/version.hpp"

#include <string>

namespace catena {

/// "Catena-0.1.0" and the line that says what it was built for and with.
std::string version_line();
std::string platform_line();

}  // namespace catena
