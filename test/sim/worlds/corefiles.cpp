// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/corefiles.hpp"

#include <fmt/format.h>

namespace catena::sim {
namespace {

constexpr std::array kFaults{"start", "prepare", "listen", "farewell", "stop"};

/// Behind a Corefile each of these makes it wrong.
constexpr std::array kWrong{
    "sim:99 {\n bind {\n }\n}\n",                // a block where none is
    "sim:99 {\n life 1\n}\n",                    // an argument too few
    "sim:99 {\n life one 0\n}\n",                // a word for a number
    "sim:99 {\n life 1 0 {\n  option\n }\n}\n",  // a property that nobody knows
    "sim:99 {\n lives 1 0\n}\n",                 // a directive that nobody knows
    "sim:99 {\n life 1 0\n",                     // a block without an end
    "sim:99 {\n bind 192.0.2.9\n}\nsim:99 {\n bind 192.0.2.9\n}\n",  // twice the same
    "sim:99 {\n import nothing\n}\n",                                // a snippet that is not there
};

/// Behind a Corefile these change nothing.
constexpr std::array kOdd{"", "\n\n# the end\n", "(unused) {\n life 1 0\n}\n"};

std::string bind_line(Dice& dice) {
  std::string line = " bind";
  const std::size_t first = dice.below(kAddresses.size());
  const std::size_t count = dice.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    line.append(" ").append(kAddresses[(first + i) % kAddresses.size()]);
  }
  if (dice.percent(5)) line.append(" ").append(kTaken);
  return line + "\n";
}

// What one of a configuration's plugins is like, and what is wrong with it.
std::string words(Dice& dice) {
  std::string words;
  if (dice.percent(30)) words += fmt::format(" slow-{}", dice.below(500));
  if (dice.percent(15)) words += fmt::format(" lame-{}", dice.below(1000));
  if (dice.percent(8)) words += fmt::format(" {}", kFaults[dice.below(kFaults.size())]);
  return words;
}

}  // namespace

RolledCorefile roll_corefile(Dice& dice, std::size_t number) {
  std::string text;
  std::size_t place = 0;
  const std::size_t blocks = dice.percent(30) ? 2 : 1;
  for (std::size_t i = 0; i < blocks; ++i) {
    text += fmt::format("sim:{} {{\n", kPorts[i]) + bind_line(dice);
    const std::size_t plugins = dice.below(3);
    for (std::size_t j = 0; j < plugins; ++j) {
      text += fmt::format(" life {} {}{}\n", number, place++, words(dice));
    }
    text += fmt::format(" life {} {} answers{}\n}}\n", number, place++, words(dice));
  }
  if (dice.percent(10)) return {text + kWrong[dice.below(kWrong.size())], false};
  return {text + kOdd[dice.below(kOdd.size())]};
}

}  // namespace catena::sim
