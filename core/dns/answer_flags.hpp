// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/message.hpp"

namespace catena::dns {

/// The flags that a reply brings itself; the others (QR, RD, CD) are the query's.
inline constexpr std::uint16_t kAnswerFlags =
    Flags::kAA | Flags::kTC | Flags::kRA | Flags::kAD | Flags::kZ;

}  // namespace catena::dns
