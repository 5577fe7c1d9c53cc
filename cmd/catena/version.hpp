// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace catena {

inline constexpr const char* kVersion = "0.1.0";

/// "Catena-0.1.0" and the line that says what it was built for and with.
std::string version_line();
std::string platform_line();

}  // namespace catena
