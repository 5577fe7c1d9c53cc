// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/message.hpp"
#include "core/dns/name.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace catena::dns {

/// A TSIG record (RFC 8945 section 4.2). Its bytes are somebody else's.
struct Tsig {
  NameView key;  ///< The record's owner.
  NameView algorithm;
  std::uint64_t time = 0;   ///< Seconds since 1970, 48 bits.
  std::uint16_t fudge = 0;  ///< Seconds by which clocks may differ.
  std::span<const std::uint8_t> mac;
  std::uint16_t original_id = 0;
  std::uint16_t error = 0;  ///< See tsig_error.hpp.
  std::span<const std::uint8_t> other;
};

/// The record of a message that has one (MessageView::tsig()), unpacked into the arena. Errors:
/// bad_rdata, also where class or TTL are not as they must be, no_room.
Result<Tsig> read_tsig(const MessageView& message, Arena& arena);

/// Bytes of the record in a message; its names are never compressed.
std::size_t size_of(const Tsig& tsig);

/// Puts the record behind a message of `size` bytes and counts it. The new size; error: no_room.
Result<std::size_t> append_tsig(std::span<std::uint8_t> room, std::size_t size, const Tsig& tsig);

/// The header of a message as it was when it was signed: before its TSIG record, and before
/// somebody on the way gave it another id (RFC 8945 sections 4.3.2 and 5.5).
std::array<std::uint8_t, kHeaderSize> signed_header(const MessageView& message, const Tsig& tsig);

/// The most that signed_variables() writes.
constexpr std::size_t kSignedVariables = 2 * NameView::kMaxSize + 18;

/// What is signed of the record itself (RFC 8945 section 4.3.3), but for `other`, which comes right
/// behind it. In `out`; names in small letters.
std::span<const std::uint8_t> signed_variables(const Tsig& tsig,
                                               std::span<std::uint8_t, kSignedVariables> out);

/// The same for all but the first message of an answer (RFC 8945 section 5.3.1).
std::array<std::uint8_t, 8> signed_timers(const Tsig& tsig);

}  // namespace catena::dns
