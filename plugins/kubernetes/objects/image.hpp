// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include "plugins/kubernetes/objects/objects.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// An object that is kept (all kinds of objects.hpp with metadata) in few bytes: all that is served
/// of it, and nothing that changes without being served, such as its version.
template <class Object>
std::string to_image(const Object& object);

/// The object, without a version. Fails on anything that to_image() does not write. Never throws.
template <class Object>
Result<Object> from_image(std::string_view image);

}  // namespace catena::kubernetes::api
