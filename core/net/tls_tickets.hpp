// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

namespace catena::net {

/// The keys that a server's session tickets are sealed with. A new one is made after kPeriod; the
/// one before it still opens tickets, so that each is good for its whole life, and who steals a key
/// has stolen a day (RFC 8446 appendix C.4 and section 8.1). Any thread.
class TlsTickets {
 public:
  static constexpr Duration kPeriod = std::chrono::hours(12);
  static constexpr std::chrono::seconds kLife = std::chrono::hours(12);

  struct Key {
    std::array<std::uint8_t, 16> name{};
    std::array<std::uint8_t, 32> cipher{};  ///< AES-256-CBC
    std::array<std::uint8_t, 32> mac{};     ///< HMAC-SHA-256
    bool newest = false;
  };

  /// `clock` outlives it.
  explicit TlsTickets(const Clock& clock) : clock_(clock) {}

  /// The key for a new ticket; nothing where there are no random numbers.
  std::optional<Key> newest();

  /// The key of this name, while tickets of it are still taken.
  std::optional<Key> find(std::span<const std::uint8_t, 16> name);

 private:
  void rotate();

  const Clock& clock_;
  std::mutex mutex_;
  TimePoint made_{};
  std::optional<Key> current_;
  std::optional<Key> previous_;
};

}  // namespace catena::net
