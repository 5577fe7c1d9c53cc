// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/plugin/zones.hpp"

#include <chrono>
#include <cstdint>

namespace catena::cache {

/// success or denial: `TTL` and `MINTTL` are the ends between which an answer's TTL is taken.
struct ClassSettings {
  long long capacity = 10000;
  std::uint32_t ttl = 3600;
  std::uint32_t min_ttl = 5;
  Zones disabled;  ///< Names that are not stored.
};

struct PrefetchSettings {
  long long amount = 0;  ///< Hits without a pause of `duration` between them; 0: off.
  Duration duration = std::chrono::minutes(1);
  int percentage = 10;  ///< Of the TTL that must be left for a refresh to begin.
};

enum class StaleMode : std::uint8_t {
  immediate,  ///< The old answer at once, then ask.
  verify,     ///< Ask first, the old answer if that fails.
};

enum class StalePolicy : std::uint8_t { none, prefer_positive };

struct StaleSettings {
  Duration window{0};  ///< How long past its TTL an answer is given; zero: not at all.
  StaleMode mode = StaleMode::immediate;
  Duration verify_timeout{0};  ///< Zero: as long as it takes.
  std::uint32_t ttl = 0;       ///< Of the records of a stale answer.
  Duration recheck{0};         ///< Pause after a refresh that failed.
  StalePolicy policy = StalePolicy::none;

  bool on() const { return window >= std::chrono::seconds(1); }
  bool prefer_positive() const { return on() && policy == StalePolicy::prefer_positive; }
};

/// What a Corefile says about one cache.
struct Settings {
  Zones zones;
  ClassSettings success;
  ClassSettings denial{.capacity = 10000, .ttl = 1800, .min_ttl = 5, .disabled = {}};
  PrefetchSettings prefetch;
  StaleSettings stale;
  Duration servfail = std::chrono::seconds(5);
  bool keep_ttl = false;
};

}  // namespace catena::cache
