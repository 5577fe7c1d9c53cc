// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/message.hpp"
#include "core/server/configuration.hpp"

#include <cstdint>
#include <span>

namespace catena::server {

/// What the gate lets pass on one listener.
struct GateRules {
  Opcodes opcodes;
  Classes classes = Classes::internet_only;
};

/// Why a message went no further, for counters.
enum class Refusal : std::uint8_t {
  none,
  not_a_query,  ///< Shorter than a header, or a response: nothing is said.
  bad_opcode,
  malformed,
  no_question,  ///< A bare header that counts a question: SERVFAIL.
  bad_version,  ///< EDNS version beyond 0: BADVERS.
};

/// What the gate decided: `refusal` is none and `message` is there to be answered; or `reply` is to
/// be sent, empty for nothing.
struct Admission {
  Refusal refusal = Refusal::none;
  std::span<const std::uint8_t> reply;
  dns::MessageView message;
};

/// Room that a reply of the gate needs at most: header, question and OPT.
constexpr std::size_t kGateReply = dns::kHeaderSize + 255 + 4 + 11;

/// Judges a message as it arrived, for all transports alike: what CoreDNS answers with a bare
/// header, refuses or drops. A pure function; `out` takes the reply and has room for kGateReply
/// bytes. A question of another class than IN passes: the server refuses it with the client's OPT.
Admission admit(std::span<const std::uint8_t> message,
                const GateRules& rules,
                std::span<std::uint8_t> out);

}  // namespace catena::server
