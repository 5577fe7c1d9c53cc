// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"
#include "core/net/datagrams.hpp"

#include <boost/asio/ip/udp.hpp>

#include <memory>

namespace catena::net {

/// A socket towards somebody, or why there is none.
template <class Socket>
struct Dialled {
  enum class Failed : std::uint8_t { no, at_binding, at_connecting };

  std::unique_ptr<Socket> socket;  ///< Null where it failed.
  boost::asio::ip::udp::endpoint local;
  Failed failed = Failed::no;
  int error = 0;  ///< errno
};

/// Where connections out lead: the kernel's network, or one in memory. Nobody is connected to
/// itself: that is ECONNREFUSED, as nobody else is there. One thread.
class Network {
 public:
  virtual ~Network() = default;

  /// Datagrams to and from `remote` only, and the ICMP errors about them; messages need no address.
  /// `local` has the address to leave from, unspecified for any, and a port, 0 for any.
  virtual Dialled<Datagrams> dial_datagrams(const boost::asio::ip::udp::endpoint& remote,
                                            const boost::asio::ip::udp::endpoint& local) = 0;

  /// A connection that is being made: writable when it is there or has failed, which the first
  /// read or write then tells.
  virtual Dialled<ByteStream> dial_stream(const boost::asio::ip::udp::endpoint& remote,
                                          const boost::asio::ip::udp::endpoint& local) = 0;
};

}  // namespace catena::net
