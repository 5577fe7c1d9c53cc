// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace catena::sim {

/// The number in the first label of a question, `n17.sim.`; 0 where there is none.
inline std::size_t number_of(std::span<const std::uint8_t> message) {
  constexpr std::size_t kFirst = 12;
  std::size_t number = 0;
  if (message.size() <= kFirst) return number;
  for (std::size_t at = kFirst + 2; at <= kFirst + message[kFirst] && at < message.size(); ++at) {
    number = 10 * number + (message[at] - std::size_t{'0'});
  }
  return number;
}

/// What that name's address is.
inline std::array<std::uint8_t, 4> address_of(std::size_t number) {
  return {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

}  // namespace catena::sim
