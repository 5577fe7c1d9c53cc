// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"
#include "core/net/hello_guard.hpp"

#include <memory>

struct ssl_st;

namespace catena::net {

/// What lies under a TLS connection: OpenSSL reads and writes the stream through it, without any
/// buffer between.
struct TlsLink {
  std::unique_ptr<ByteStream> stream;
  ssl_st* connection = nullptr;
  HelloGuard guard;
  bool guarded = false;  ///< A client's handshake goes on.
  bool too_large = false;
  /// Messages of TLS itself that came since the handshake, or since the peer last said anything.
  unsigned useless = 0;
  bool ended = false;  ///< The stream has.
  int error = 0;       ///< Of the stream, as errno.
};

/// OpenSSL goes on with such messages as long as there are more, and a peer may send nothing else
/// (new keys, RFC 8446 section 4.6.3): more of them end the connection, as in Go.
inline constexpr unsigned kMostUseless = 16;

/// Puts the link, which outlives the connection, below it. False when out of memory.
bool attach_link(ssl_st* connection, TlsLink& link);

}  // namespace catena::net
