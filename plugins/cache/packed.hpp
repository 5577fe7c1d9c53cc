// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/dns/response.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace catena::cache {

/// What is kept of an answer besides its records. Plain data.
struct Facts {
  TimePoint stored;       ///< When its TTL began to run.
  std::uint32_t ttl = 0;  ///< Seconds, the same for all records.
  dns::Rcode rcode = dns::Rcode::NoError;
  dns::Flags flags = dns::Flags();        ///< AA, RA and AD.
  std::array<std::uint16_t, 3> counts{};  ///< Records in each section.
  bool answers = false;                   ///< A success that answers its question.

  /// Whole seconds that are left of the TTL at `now`; not positive once it is over.
  std::int64_t left(TimePoint now) const {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - stored).count();
    return static_cast<std::int64_t>(ttl) - (age > 0 ? age : 0);
  }

  /// SERVFAIL or NOTIMP, which say nothing about the name.
  bool failure() const { return rcode != dns::Rcode::NoError && rcode != dns::Rcode::NXDomain; }

  /// Whether it may be given at `now`: until its TTL is over, and for less than `window` after that
  /// unless it is a failure (RFC 8767 section 4 gives stale data, not stale errors).
  bool of_use(TimePoint now, Duration window) const {
    const std::int64_t rest = left(now);
    const auto more = std::chrono::duration_cast<std::chrono::seconds>(window).count();
    return rest > 0 || (!failure() && -rest < more);
  }
};

/// An answer as one row of bytes that somebody else owns: for each record type, class, length of
/// the data and how the owner is kept (8 bytes), then the owner if it is neither the question, nor
/// the record before's owner, nor the name that the record before points to, then the data.
struct Packed {
  Facts facts;
  std::span<const std::uint8_t> records;
};

/// Largest row of records that is kept.
constexpr std::size_t kMaxPacked = 65536;

/// Bytes that the records of `response` need, answers to `question`; nothing when that is more than
/// kMaxPacked or more records than counts can hold.
std::optional<std::size_t> packed_size(const dns::Response& response, dns::NameView question);

/// Writes them to `out`, which has packed_size() bytes. OPT is not kept.
void pack(const dns::Response& response, dns::NameView question, std::span<std::uint8_t> out);

/// Adds the records to `response`, all with `ttl`. They point into `packed`, and owners that are
/// the question to `question` itself. False when the response's arena is full.
bool unpack(const Packed& packed,
            dns::NameView question,
            std::uint32_t ttl,
            dns::Response& response);

}  // namespace catena::cache
