// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace catena::client {

namespace asio = boost::asio;

/// How a message travels to a server.
enum class Wire : std::uint8_t { udp, tcp };

/// "udp" or "tcp".
std::string_view to_string(Wire wire);

/// An address and a port, whatever the transport.
using Endpoint = asio::ip::udp::endpoint;

/// "192.0.2.1:53", "[2001:db8::1]:53"; with an interface "[fe80::1%eth0]:53".
std::string to_text(const Endpoint& endpoint, std::string_view interface = {});

/// Why an exchange did not bring an answer. Small; its text is made only when somebody wants it.
struct Fault {
  enum class During : std::uint8_t { dial, bind, read, write, decode, limit, match };
  static constexpr int kTimeout = 0;  ///< In `error`: nothing came in time.
  static constexpr int kClosed = -1;  ///< In `error`: the server closed the connection.

  During during = During::read;
  Wire wire = Wire::udp;
  int error = kTimeout;  ///< errno, or the number of a dns::Error where `during` is decode.
  Endpoint local{};      ///< Unspecified where there was none yet.
  Endpoint remote{};
  std::shared_ptr<const std::string> tls{};  ///< Where TLS is why: what it says.
};

/// As Go words it, since operators grep for it: "read udp 10.0.0.1:5353->192.0.2.1:53: i/o
/// timeout", "dial tcp 192.0.2.1:53: connect: connection refused", "EOF", "tls: failed to verify
/// certificate: x509: certificate signed by unknown authority". Of what Go does not say:
/// "192.0.2.1:53 answered another question".
std::string to_text(const Fault& fault);

}  // namespace catena::client
