// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/net/descriptor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace catena::net {

/// What a listener is bound to, and for what.
struct ListenerSpec {
  std::string address;     ///< "" for all of them; 0.0.0.0 then where the host has no IPv6.
  std::uint16_t port = 0;  ///< 0: one that is free.
  bool datagrams = true;
  bool streams = true;
  bool more = false;  ///< Beside open sockets of our own, so that nobody else is looked for.
};

/// The sockets of one listener: pairs of them, all bound to the same address and port.
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

/// `count` pairs; what is not wanted of a pair has no descriptor. The error is CoreDNS's text, with
/// what to do about it where a privilege is missing.
Result<BoundListener> bind_listener(const ListenerSpec& spec, std::size_t count);

}  // namespace catena::net
