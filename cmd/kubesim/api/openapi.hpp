// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/discovery.hpp"

namespace catena::kubesim {

/// `/openapi/v2` in the protobuf form of gnostic's openapi.v2.Document, without definitions: a
/// kubectl that validates on its own side (1.20) lets every kind pass that it finds no definition
/// of.
std::string openapi_v2_protobuf();
/// `/openapi/v2` as JSON.
Json openapi_v2_json();
/// `/openapi/v3`: the index of documents.
Json openapi_v3_index(const HiddenGroups& hidden);
/// `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/VERSION`: the paths with the parameter
/// `fieldValidation`, by which kubectl sees that the server validates; nothing for others.
std::optional<Json> openapi_v3_document(std::string_view path);

}  // namespace catena::kubesim
