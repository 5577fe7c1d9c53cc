// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/async_stream.hpp"

#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/server/server.hpp"

#include <boost/asio/awaitable.hpp>

namespace catena::kubesim {

/// What a connection's coroutine needs of the server; all of it outlives the connection.
struct SessionContext {
  Api& api;
  Cluster& cluster;
  const Server::Settings& settings;
  /// The common name of the client's certificate, or empty.
  std::string certificate;
};

/// Answers requests of one connection until it ends.
boost::asio::awaitable<void> run_session(net::AsyncStream& stream, SessionContext context);

/// Streams a watch until its time is over, the client goes away or a fault ends it; false if the
/// connection cannot be used any more.
boost::asio::awaitable<bool> stream_watch(net::AsyncStream& stream,
                                          SessionContext& context,
                                          std::shared_ptr<Watch> watch);

}  // namespace catena::kubesim
