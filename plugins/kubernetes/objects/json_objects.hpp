// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include "plugins/kubernetes/objects/objects.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// Reads one whole JSON object of any kind of objects.hpp. Unknown fields are skipped, `null`
/// counts as absent; a field of the wrong type, a name that is missing or JSON that is broken is an
/// error. Never throws.
template <class Object>
Result<Object> decode(std::string_view json);

}  // namespace catena::kubernetes::api
