// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

#include "test/sim/dice.hpp"

#include <string>
#include <string_view>

namespace catena::sim {

/// How a query ends. Its name says it: "wait-250-17.sim." waits 250 ms, and 17 makes it unique.
enum class Ending : std::uint8_t {
  now,
  coroutine,  ///< Of a coroutine that never suspends.
  wait,       ///< After `amount` milliseconds.
  drop,
  drop_later,
  fail,  ///< By an exception, at once.
  fail_coroutine,
  fail_later,
  large,  ///< `amount` records of 100 bytes.
  parts,  ///< `amount` messages of a few KB (streams only: elsewhere it fails).
};

/// A query that the plugin `script` answers.
struct Script {
  Ending ending = Ending::now;
  std::size_t amount = 0;
  std::size_t number = 0;

  /// "wait-250-17.sim."
  std::string name() const;
  /// Reads a name; the first label is what counts.
  static Script of(std::string_view name);

  bool answered() const { return ending != Ending::drop && ending != Ending::drop_later; }
  bool fails() const {
    return ending == Ending::fail || ending == Ending::fail_coroutine ||
           ending == Ending::fail_later;
  }
};

/// Any script.
Script roll_script(Dice& dice, std::size_t number);

/// The plugin `script` behind `times` and `tsig`: TXT records with the name that was asked,
/// whatever the wait.
PluginList script_plugins();

}  // namespace catena::sim
