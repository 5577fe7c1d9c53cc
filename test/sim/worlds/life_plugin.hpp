// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

#include <cstdint>

namespace catena::sim {

/// What becomes of a query: the first letter of its name says it, `w17.sim.`, the number the rest.
enum class Fate : char {
  now = 'n',
  coroutine = 'c',  ///< Of a coroutine that never suspends.
  wait = 'w',       ///< Answered in its time, or let go when the plugin leaves.
  never = 'e',      ///< Let go when the plugin leaves.
  stubborn = 's',   ///< Never answered, and nobody can make it go.
  drop = 'd',
};
constexpr char kFates[] = "ncwesd";

/// How long a query with this number waits.
constexpr std::chrono::milliseconds wait_of(std::size_t number) {
  return std::chrono::milliseconds(number * 37 % 3000);
}

/// The plugins of the world `lives`:
///   bind ADDRESS...     listens there
///   life CONFIGURATION PLACE [WORDS]
///                       sees that all that befalls it is as a plugin may expect (Ledger). WORDS:
///                       "start", "prepare", "listen", "farewell", "stop": throws there; "slow-30":
///                       prepares for 30 ms; "lame-30": is answered for so long at the end;
///                       "answers": ends queries as their names say, with the address of their
///                       number and the number of the configuration as TTL
PluginList life_plugins();

}  // namespace catena::sim
