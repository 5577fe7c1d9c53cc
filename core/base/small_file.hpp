// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <string>

namespace catena {

/// A whole file of at most 1 MiB; the error names the file and says why.
Result<std::string> read_small_file(const std::string& path);

}  // namespace catena
