// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/json.hpp"

namespace catena::kubesim {

/// Reads one YAML document into the JSON that it stands for. Aliases may not blow it up: more than
/// a million values is an error.
boost::system::result<Json, JsonError> parse_yaml(std::string_view text);

/// Reads all documents of a text; empty ones are left out.
boost::system::result<std::vector<Json>, JsonError> parse_yaml_documents(std::string_view text);

}  // namespace catena::kubesim
