// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace catena::sim {

/// A message as it goes over a stream, behind its length (RFC 1035 section 4.2.2).
inline std::vector<std::uint8_t> framed(std::span<const std::uint8_t> message) {
  std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(message.size() >> 8),
                                  static_cast<std::uint8_t>(message.size())};
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

/// The message that a stream's bytes begin with; nothing until it is there whole.
inline std::optional<std::span<const std::uint8_t>> first_message(
    std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const std::size_t size = bytes[0] * 256u + bytes[1];
  if (bytes.size() - 2 < size) return std::nullopt;
  return bytes.subspan(2, size);
}

}  // namespace catena::sim
