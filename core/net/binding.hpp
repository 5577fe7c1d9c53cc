// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/net/descriptor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace catena::net {

/// The sockets of one listener: a pair for each worker, all bound to the same address and port.
struct BoundListener {
  struct Pair {
    Descriptor udp;
    Descriptor tcp;  ///< Listening.
  };
  std::vector<Pair> pairs;
  std::uint16_t port = 0;  ///< The one that was given, or found for 0.
  bool wildcard = false;   ///< Replies have to say which address they leave from.
  bool shared = false;     ///< Somebody else, a left-over server perhaps, answers here too.
};

/// Binds one address ("" for all of them; 0.0.0.0 where the host has no IPv6) for `workers`
/// workers. The error is CoreDNS's text, with what to do about it where a privilege is missing.
Result<BoundListener> bind_listener(const std::string& address,
                                    std::uint16_t port,
                                    std::size_t workers);

}  // namespace catena::net
