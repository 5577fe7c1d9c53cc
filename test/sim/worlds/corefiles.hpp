// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/dice.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace catena::sim {

/// Where servers of the world `lives` may listen, and where they may not, as somebody else does.
constexpr std::array<const char*, 4> kAddresses{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"};
constexpr const char* kTaken = "192.0.2.66";
constexpr std::array<std::uint16_t, 2> kPorts{53, 5353};

/// A Corefile of the world `lives`.
struct RolledCorefile {
  std::string text;
  bool right = true;  ///< Nothing is wrong with it, though a plugin or an address may be unwell.
};

/// Any Corefile; its plugins (life_plugin.hpp) know the number.
RolledCorefile roll_corefile(Dice& dice, std::size_t number);

}  // namespace catena::sim
