// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <cstdint>
#include <optional>

namespace catena::loop {

/// How a probe ended.
enum class Probed : std::uint8_t { answered, failed };

/// Decides when the next probe leaves. As CoreDNS's, a block probes until one probe is answered,
/// once a second, for half a minute. Where a loop was found and survived probing never ends: a loop
/// that is gone may come back. No timer in here; one thread.
class Schedule {
 public:
  /// `again` is the time between probes once there was a loop.
  Schedule(TimePoint start, Duration again) : give_up_(start + kPatience), again_(again) {}

  /// How long to wait before the next probe; nothing: there is none.
  std::optional<Duration> after(Probed probed, bool found_one, TimePoint now) const {
    if (found_one) return again_;
    if (probed == Probed::answered || now >= give_up_) return std::nullopt;
    return kRetry;
  }

 private:
  static constexpr Duration kPatience = std::chrono::seconds(30);
  static constexpr Duration kRetry = std::chrono::seconds(1);
  TimePoint give_up_;
  Duration again_;
};

}  // namespace catena::loop
