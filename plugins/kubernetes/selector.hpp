// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes {

/// Checks a label selector: `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, joined
/// by commas, which mean "and". Gives it back as the API server takes it.
Result<std::string> check_selector(std::string_view text);

}  // namespace catena::kubernetes
