// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace catena::dns {

/// Eight bytes with their ASCII capitals made small at once; all other bytes stay as they are.
constexpr std::uint64_t fold_eight(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t low_bits = bytes & (0x7f * kOnes);
  const std::uint64_t beyond_z = low_bits + (0x7f - 'Z') * kOnes;
  const std::uint64_t from_a = low_bits + (0x80 - 'A') * kOnes;
  const std::uint64_t capitals = (from_a ^ beyond_z) & ~bytes & (0x80 * kOnes);
  return bytes | (capitals >> 2);
}

inline std::uint64_t load_eight(const std::uint8_t* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace catena::dns
