// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/configuration.hpp"

namespace catena::server {

/// One socket of a listener on one worker: a way in, by the transport of the listener's scheme.
/// Connections that come through it are TcpConnections' matter. One thread.
class ListenerSocket {
 public:
  explicit ListenerSocket(std::size_t number) : number_(number) {}
  virtual ~ListenerSocket() = default;

  /// Of its pair of sockets among those of the listener.
  std::size_t number() const { return number_; }

  virtual void start() = 0;
  virtual const Listener& listener() const = 0;

  /// From now on for the same listener of another configuration.
  virtual void serve(const Listener& listener) = 0;

  /// Deals with what has come and waits for nothing more; answers of queries that wait may still
  /// leave. May be called again for what was on its way.
  virtual void drain() = 0;

 private:
  std::size_t number_;
};

}  // namespace catena::server
