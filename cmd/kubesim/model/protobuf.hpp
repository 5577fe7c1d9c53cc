// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/json.hpp"

namespace catena::kubesim {

/// Reads an object in Kubernetes' protobuf form (`k8s`, a zero byte, runtime.Unknown): the kinds
/// that `kubectl create` sends so, with the fields that it can set. Other fields are left out,
/// another kind is an error.
boost::system::result<Json, JsonError> parse_protobuf(std::string_view bytes);

}  // namespace catena::kubesim
