// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace catena {

/// SipHash-1-3 under a secret of the process's own, for tables whose keys come from a network
/// (Aumasson and Bernstein, "SipHash", 2012). Copies share the secret. Any thread.
class SeededHash {
 public:
  /// A secret from the kernel's generator.
  SeededHash();
  explicit SeededHash(std::array<std::uint64_t, 2> secret) : secret_(secret) {}

  std::uint64_t operator()(std::span<const std::uint8_t> bytes) const;

 private:
  std::array<std::uint64_t, 2> secret_;
};

}  // namespace catena
