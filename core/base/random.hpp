// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace catena {

/// Fills bytes from the kernel's generator; ends the process if the kernel has none.
void random_bytes(std::span<std::uint8_t> bytes);

/// Random numbers that nobody can predict (getrandom(2)), fetched in batches. For message ids,
/// ports and seeds. One per worker; one thread.
class Random {
 public:
  Random() = default;
  /// The same numbers for the same seed, which anybody can predict: for simulations only.
  explicit Random(std::uint64_t seed) : seed_(seed) {}

  std::uint16_t next16();
  std::uint32_t next32();
  std::uint64_t next64();

  /// Uniform in [0, bound). `bound` is not zero.
  std::uint32_t below(std::uint32_t bound);

 private:
  template <class T>
  T next();

  void fill();

  std::optional<std::uint64_t> seed_;
  std::array<std::uint8_t, 1024> pool_;
  std::size_t left_ = 0;
};

/// Every order is as likely as any other (Fisher and Yates).
template <class T>
void shuffle(std::span<T> row, Random& random) {
  for (std::size_t left = row.size(); left > 1; --left) {
    const std::size_t chosen = random.below(static_cast<std::uint32_t>(left));
    std::swap(row[left - 1], row[chosen]);
  }
}

}  // namespace catena
