// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace catena::dns {

// Numbers in network byte order at any address.

constexpr std::uint16_t load16(const std::uint8_t* bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

constexpr std::uint32_t load32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(load16(bytes)) << 16 | load16(bytes + 2);
}

/// 48 bits.
constexpr std::uint64_t load48(const std::uint8_t* bytes) {
  return static_cast<std::uint64_t>(load16(bytes)) << 32 | load32(bytes + 2);
}

constexpr void store16(std::uint8_t* bytes, std::uint16_t value) {
  bytes[0] = static_cast<std::uint8_t>(value >> 8);
  bytes[1] = static_cast<std::uint8_t>(value);
}

constexpr void store32(std::uint8_t* bytes, std::uint32_t value) {
  store16(bytes, static_cast<std::uint16_t>(value >> 16));
  store16(bytes + 2, static_cast<std::uint16_t>(value));
}

constexpr void store48(std::uint8_t* bytes, std::uint64_t value) {
  store16(bytes, static_cast<std::uint16_t>(value >> 32));
  store32(bytes + 2, static_cast<std::uint32_t>(value));
}

}  // namespace catena::dns
