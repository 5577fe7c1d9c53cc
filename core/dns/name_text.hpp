// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/name.hpp"

#include <string_view>

namespace catena::dns {

/// NameView::to_lower_text() in the arena, for the path of a query; empty where it is full.
std::string_view to_lower_text(NameView name, Arena& arena);

}  // namespace catena::dns
