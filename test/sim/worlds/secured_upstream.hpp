// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/dice.hpp"
#include "test/sim/tls_peer.hpp"

#include <memory>

namespace catena::sim {

/// What an upstream's end of TLS is like.
enum class TlsHabit : std::uint8_t {
  plain,      ///< Does as it should.
  forgetful,  ///< Resumes no session.
  impostor,   ///< Shows another authority's certificate, and says what nobody may believe.
};

/// The upstream's end of a connection of TLS 1.2 or 1.3.
std::unique_ptr<TlsPeer> secured_upstream(std::unique_ptr<net::MemoryPeer> wire,
                                          TlsHabit habit,
                                          Dice& dice);

}  // namespace catena::sim
