// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/message.hpp"

namespace catena::dns {

/// The flags that a reply brings itself; the others (QR, and RD and CD in a reply to a query) are
/// the query's.
inline constexpr std::uint16_t kAnswerFlags =
    Flags::kAA | Flags::kTC | Flags::kRA | Flags::kAD | Flags::kZ;

/// Of a message that somebody else sent, what its reply to us says of itself. RD and CD belong to
/// it where it is none to a query: whoever makes a reply to a NOTIFY leaves them out, and whoever
/// forwards one leaves them in.
constexpr std::uint16_t kept_flags(Opcode opcode) {
  constexpr std::uint16_t kOfOthers = kAnswerFlags | Flags::kRD | Flags::kCD;
  return opcode == Opcode::Query ? kAnswerFlags : kOfOthers;
}

/// The bits of a reply as it leaves, but for its rcode.
constexpr Flags flags_of_reply(Flags reply, Flags query) {
  const auto opcode = static_cast<std::uint16_t>(query.bits() & 0x7800);
  const auto asked = static_cast<std::uint16_t>(query.bits() & (Flags::kRD | Flags::kCD));
  Flags flags(static_cast<std::uint16_t>(Flags::kQR | opcode));
  flags.set(static_cast<std::uint16_t>(reply.bits() & kept_flags(query.opcode())));
  if (query.opcode() == Opcode::Query) flags.set(asked);
  return flags;
}

}  // namespace catena::dns
