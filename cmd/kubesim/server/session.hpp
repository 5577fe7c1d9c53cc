// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/server/server.hpp"
#include "cmd/kubesim/server/stream.hpp"

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

/// Answers requests of one connection until it ends. Defined for PlainStream and TlsStream.
template <class Stream>
boost::asio::awaitable<void> run_session(Stream& stream, SessionContext context);

/// Streams a watch until its time is over, the client goes away or a fault ends it; false if the
/// connection cannot be used any more.
template <class Stream>
boost::asio::awaitable<bool> stream_watch(Stream& stream,
                                          SessionContext& context,
                                          std::shared_ptr<Watch> watch);

}  // namespace catena::kubesim
