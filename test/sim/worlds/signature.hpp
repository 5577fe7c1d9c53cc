// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/tsig/testing.hpp"
#include "test/sim/dice.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace catena::sim {

/// A client's side of one question and its answers with TSIG.
class Signature {
 public:
  static constexpr const char* kKey = "key.sim.";
  static constexpr const char* kSecret = "MDEyMzQ1Njc4OWFiY2RlZg==";

  /// Of any algorithm, at `now` in seconds since 1970.
  Signature(Dice& dice, std::uint64_t now);

  /// The question with its record; once, before all answers.
  std::vector<std::uint8_t> sign(std::vector<std::uint8_t> question);

  /// The next message of the answer without its record. Throws Broken where that is not right.
  std::vector<std::uint8_t> taken_off(std::span<const std::uint8_t> answer);

 private:
  tsig::test::Signing how_;
  tsig::test::Wire mac_;  // Of the message before.
  bool first_ = true;     // The next answer is.
};

}  // namespace catena::sim
