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
  bool ended = false;  ///< The stream has.
  int error = 0;       ///< Of the stream, as errno.
};

/// Puts the link, which outlives the connection, below it. False when out of memory.
bool attach_link(ssl_st* connection, TlsLink& link);

}  // namespace catena::net
