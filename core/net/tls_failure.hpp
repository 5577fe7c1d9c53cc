// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct ssl_st;

namespace catena::net {

/// Why TLS has come to nothing.
enum class TlsFault : std::uint8_t {
  none,
  not_tls,         ///< The peer speaks something else.
  version,         ///< Too old, or none in common.
  certificate,     ///< The peer's is not accepted.
  no_certificate,  ///< The peer has to show one and does not.
  alert,           ///< The peer has refused, and said why.
  too_large,       ///< A message of the handshake is longer than any honest one.
  ended,           ///< The peer left in the midst of the handshake.
  broken,          ///< The connection below has failed.
  protocol,        ///< Anything else.
};

/// A word for metrics: "not_tls".
std::string_view to_string(TlsFault fault);

struct TlsFailure {
  TlsFault fault = TlsFault::none;
  std::string text;  ///< As Go words it: "remote error: tls: bad certificate".
};

/// What OpenSSL's queue of errors, which is empty then, says about this connection.
TlsFailure take_failure(const ssl_st* connection);

}  // namespace catena::net
