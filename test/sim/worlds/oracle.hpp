// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/worlds/script.hpp"
#include "test/sim/worlds/signature.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace catena::sim {

/// A query that somebody sent, and what may come back.
struct Asked {
  Script script;
  std::vector<std::uint8_t> message;
  std::size_t question_end = 0;        ///< The question's in the message.
  std::optional<Signature> signature;  ///< Every answer must have one, too.
  bool garbled = false;                ///< Cut short: only an error may come back.
  std::size_t sent = 0;                ///< How often.
  std::size_t answered = 0;            ///< How many messages have come.

  std::uint16_t id() const { return static_cast<std::uint16_t>(message[0] << 8 | message[1]); }
};

enum class Carried : std::uint8_t { in_datagram, in_stream };

/// A query for what the script says, whole.
Asked query_of(const Script& script);

/// The same with a signature of this time, in seconds since 1970.
Asked with_signature(Asked asked, std::uint64_t now, Dice& dice);

/// Where a header is left of it, but not all.
Asked cut_short(Asked asked, Dice& dice);

/// Messages that are owed for a query that has been read once: no less, and no more.
std::size_t owed(const Asked& asked, Carried carried);

/// Whether an answer says that the server had no memory for the query to wait.
bool is_refusal(std::span<const std::uint8_t> answer);

/// Throws Broken where the answer is not the next one to that query.
void check_answer(Asked& asked, std::span<const std::uint8_t> answer, Carried carried);

}  // namespace catena::sim
