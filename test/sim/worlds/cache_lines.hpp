// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/dice.hpp"

#include <array>
#include <string>

namespace catena::sim {

/// One of the ways to have *cache* in a block, or to have none.
inline std::string cache_lines(Dice& dice) {
  constexpr std::array<std::string_view, 4> kLines{
      "", " cache 30\n", " cache 30 {\n  serve_stale 60s\n  prefetch 1 10s\n }\n",
      " cache 30 {\n  serve_stale 60s verify\n }\n"};
  return std::string(kLines[dice.below(kLines.size())]);
}

}  // namespace catena::sim
