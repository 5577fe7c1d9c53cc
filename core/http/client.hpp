// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/http/response_reader.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena::net {
class TlsContext;
}

namespace catena::http {

/// What is spoken over TLS (RFC 7301): what the contexts below offer. A server that chooses
/// something else is not asked.
inline constexpr std::string_view kProtocol = "http/1.1";

/// Where to connect. TLS when there is a context.
struct Origin {
  std::string host;  ///< A name, an IPv4 or an IPv6 address without brackets.
  std::uint16_t port = 0;
  std::shared_ptr<const net::TlsContext> tls;
  std::string tls_name;  ///< Expected in the certificate, and SNI; empty: `host`.
};

/// How long each part of an exchange may take.
struct HttpTimeouts {
  Duration connect = std::chrono::seconds(10);    ///< Name, connection to any address.
  Duration handshake = std::chrono::seconds(10);  ///< TLS.
  Duration head = std::chrono::seconds(30);       ///< Sending, then until the header is there.
};

/// A request without a body.
struct HttpRequest {
  std::string method = "GET";
  std::string target;                                       ///< Path and query.
  std::vector<std::pair<std::string, std::string>> fields;  ///< Host is added.
};

/// One HTTP/1.1 connection: connect, then any number of send() each followed by read_body() to its
/// end. Any failure closes it; connect() may be called again. One coroutine at a time, on the
/// event loop's thread; close() may come in between from another.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual boost::asio::awaitable<HttpResult<void>> connect(Origin server) = 0;

  /// Sends and waits for the header. What is left of an earlier body is an error.
  virtual boost::asio::awaitable<HttpResult<ResponseHead>> send(const HttpRequest& request) = 0;

  /// The next piece of the body, as it arrives; empty at its end. Valid until the next call. Fails
  /// with FailureKind::timeout when nothing came for `silence`.
  virtual boost::asio::awaitable<HttpResult<std::string_view>> read_body(Duration silence) = 0;

  /// Connected, and ready for the next send(). A peer's close is noticed here too.
  virtual bool open() const = 0;

  /// Ends whatever waits, with FailureKind::stopped.
  virtual void close() = 0;
};

/// One over the kernel's sockets, with or without TLS. A peer that vanishes is noticed by the
/// kernel within 30 s, also while idle (keep-alive after 5 s, every 5 s, TCP_USER_TIMEOUT).
class SocketConnection final : public Connection {
 public:
  explicit SocketConnection(boost::asio::any_io_executor executor, HttpTimeouts timeouts = {});
  ~SocketConnection() override;
  SocketConnection(const SocketConnection&) = delete;
  SocketConnection& operator=(const SocketConnection&) = delete;

  boost::asio::awaitable<HttpResult<void>> connect(Origin server) override;
  boost::asio::awaitable<HttpResult<ResponseHead>> send(const HttpRequest& request) override;
  boost::asio::awaitable<HttpResult<std::string_view>> read_body(Duration silence) override;
  bool open() const override;
  void close() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace catena::http
