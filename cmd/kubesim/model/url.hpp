// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubesim {

using Query = std::map<std::string, std::string, std::less<>>;

/// `a=b&c=d` with percent signs and plus signs undone.
Query parse_query(std::string_view text);
std::string percent_decode(std::string_view text);
/// The parts of a path between slashes, decoded; empty ones are left out.
std::vector<std::string> path_segments(std::string_view path);

}  // namespace catena::kubesim
