// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"

#include <boost/asio/ip/udp.hpp>

#include <memory>

namespace catena::net {

/// A connection that a client has made.
struct Accepted {
  enum class How : std::uint8_t {
    one,     ///< `stream` is there, unless the client has gone again meanwhile.
    none,    ///< Nobody waits: wait.
    failed,  ///< The process has no descriptors left, mostly: try again later.
  };
  How how = How::none;
  std::unique_ptr<ByteStream> stream;
  boost::asio::ip::udp::endpoint client;
  boost::asio::ip::udp::endpoint local;
  int descriptor = -1;  ///< Its number: about as many are open.
};

/// A listening socket. One thread, that of its event loop.
class Acceptor {
 public:
  virtual ~Acceptor() = default;

  /// Who is told; outlives it, or its close().
  virtual void attach(Events& events) = 0;

  /// Never waits.
  virtual Accepted accept() = 0;
  virtual void wait_readable() = 0;

  /// Connections that nobody has accepted are reset.
  virtual void close() = 0;
  virtual bool is_open() const = 0;
};

}  // namespace catena::net
