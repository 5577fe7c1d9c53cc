// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/log/format.hpp"

#include <optional>
#include <string_view>

namespace catena::log {

/// The segment for what stands between braces: "remote", ">id", "/forward/upstream" ...; nothing
/// for labels that do not exist.
std::optional<Segment> placeholder(std::string_view label);

}  // namespace catena::log
