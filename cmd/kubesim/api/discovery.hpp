// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/json.hpp"

#include <optional>
#include <set>
#include <string>

namespace catena::kubesim {

/// Groups that the server pretends not to have.
using HiddenGroups = std::set<std::string, std::less<>>;

enum class GroupSet { Core, Others };

/// `/api`: the versions of the core group.
Json core_versions(std::string_view server_address);
/// `/apis`: the other groups.
Json group_list(const HiddenGroups& hidden);
/// `/apis/GROUP`, or nothing for a group that is not there.
std::optional<Json> group_description(std::string_view group);
/// `/api/v1` and `/apis/GROUP/VERSION`, or nothing for one that is not there.
std::optional<Json> resource_list(std::string_view group, std::string_view version);
/// `/api` and `/apis` as an APIGroupDiscoveryList, which newer kubectls ask for first.
Json aggregated_discovery(GroupSet set, std::string_view api_version, const HiddenGroups& hidden);
/// `/version`.
Json version_description();

}  // namespace catena::kubesim
