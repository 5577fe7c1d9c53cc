// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace catena {

/// Which worker something happens on: the number of its own column in every counter and table that
/// is kept per worker. Lane 0 belongs to all threads that are not workers (they share it).
enum class Lane : std::uint16_t { shared = 0 };

constexpr std::size_t index(Lane lane) { return static_cast<std::size_t>(lane); }

}  // namespace catena
