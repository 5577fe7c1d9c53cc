// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/status.hpp"

namespace catena::kubesim {

/// Fills in what a real API server fills in before it stores an object.
void apply_defaults(const Resource& resource, Json& object);

/// Everything that is wrong with an object, in the words of a real API server; empty if nothing.
std::vector<FieldError> validate(const Resource& resource, const Json& object);

/// Whether a name may be used for an object of that resource (RFC 1035 label, 1123 label or
/// subdomain, as the resource demands).
bool valid_name(const Resource& resource, std::string_view name);

}  // namespace catena::kubesim
