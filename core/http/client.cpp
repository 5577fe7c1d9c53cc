// SPDX-License-Identifier: Apache-2.0
#include "core/http/client.hpp"

#include "core/base/host_port.hpp"
#include "core/http/time_limit.hpp"
#include "core/net/tls_context.hpp"
#include "core/net/tls_failure.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

namespace catena::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using TlsStream = asio::ssl::stream<tcp::socket&>;

constexpr int kKeepAliveIdle = 5;
constexpr int kKeepAliveInterval = 5;
constexpr int kKeepAliveProbes = 5;
constexpr unsigned kUserTimeoutMilliseconds = 30'000;

template <class Value>
void set_option(int socket, int level, int name, Value value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

/// As net::is_own_peer(): nobody was there.
bool is_own_peer(const tcp::socket& socket) {
  error_code error;
  const tcp::endpoint local = socket.local_endpoint(error);
  return local == socket.remote_endpoint(error) && !error;
}

/// Best effort: a kernel without one of them still carries requests.
void watch_for_silence(tcp::socket& socket) {
  const int handle = socket.native_handle();
  set_option(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(handle, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdle);
  set_option(handle, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveInterval);
  set_option(handle, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
  set_option(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
  set_option(handle, IPPROTO_TCP, TCP_NODELAY, 1);
}

std::string host_field(const Origin& server) { return join_host_port(server.host, server.port); }

std::string text_of(const HttpRequest& request, const Origin& server) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                                 host_field(server));
  for (const auto& [name, value] : request.fields) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

}  // namespace

struct SocketConnection::State {
  State(asio::any_io_executor executor, HttpTimeouts limits)
      : socket(executor),
        resolver(executor),
        deadline(executor, [this] { shut(); }),
        timeouts(limits) {}

  void shut() {
    error_code ignored;
    socket.close(ignored);
    resolver.cancel();
    usable = false;
  }

  /// What a failed operation means, given who closed the socket.
  Failure failure(FailureKind kind, std::string text, std::string_view late);

  asio::awaitable<HttpResult<void>> open_socket();
  asio::awaitable<HttpResult<void>> handshake();
  asio::awaitable<error_code> write(const std::string& text);
  asio::awaitable<HttpResult<void>> fill();

  tcp::socket socket;
  tcp::resolver resolver;
  std::optional<TlsStream> tls;
  TimeLimit deadline;
  HttpTimeouts timeouts;
  Origin server;
  ResponseReader reader;
  std::array<char, 16384> buffer;
  std::string_view unread;  ///< The part of the buffer that the reader has not seen.
  bool usable = false;
  bool stopped = false;
};

Failure SocketConnection::State::failure(FailureKind kind, std::string text, std::string_view late) {
  const bool timed_out = deadline.expired();
  deadline.clear();
  shut();
  if (stopped) return {FailureKind::stopped, "stopped"};
  if (!timed_out) return {kind, std::move(text)};
  const bool connecting = kind == FailureKind::unreachable;
  return {connecting ? kind : FailureKind::timeout, std::string(late)};
}

asio::awaitable<HttpResult<void>> SocketConnection::State::open_socket() {
  error_code error;
  deadline.set(timeouts.connect);
  const std::string service = std::to_string(server.port);
  auto token = asio::redirect_error(asio::use_awaitable, error);
  tcp::resolver::results_type addresses;
  if (parse_address(server.host)) {
    const tcp::endpoint endpoint(asio::ip::make_address(server.host), server.port);
    addresses = tcp::resolver::results_type::create(endpoint, server.host, service);
  } else {
    addresses = co_await resolver.async_resolve(server.host, service, token);
  }
  if (!error && !stopped) co_await asio::async_connect(socket, addresses, token);
  if (!error && is_own_peer(socket)) error = asio::error::connection_refused;
  if (error || stopped || deadline.expired()) {
    co_return failure(
        FailureKind::unreachable,
        fmt::format("dial tcp {}: {}", host_field(server), error.message()),
        fmt::format("dial tcp {}: i/o timeout", host_field(server)));
  }
  deadline.clear();
  watch_for_silence(socket);
  co_return HttpResult<void>{};
}

asio::awaitable<HttpResult<void>> SocketConnection::State::handshake() {
  error_code error;
  const std::string& name = server.tls_name.empty() ? server.host : server.tls_name;
  net::TlsHandle handle = server.tls->connect(name, host_field(server));
  if (!handle) {
    co_return failure(FailureKind::tls, "out of memory", "out of memory");
  }
  // Connections are few and last. A server that has no name for its sessions (OpenSSL's session id
  // context) ends a handshake that goes on with one, and kubesim is one of these.
  SSL_set_session(handle.get(), nullptr);
  tls.emplace(socket, handle.release());
  deadline.set(timeouts.handshake);
  co_await tls->async_handshake(asio::ssl::stream_base::client,
                                asio::redirect_error(asio::use_awaitable, error));
  if (!error && !deadline.expired()) {
    deadline.clear();
    co_return HttpResult<void>{};
  }
  const long verdict = SSL_get_verify_result(tls->native_handle());
  const std::string reason = verdict == X509_V_OK
                                 ? error.message()
                                 : fmt::format("the certificate was not accepted: {}",
                                               X509_verify_cert_error_string(verdict));
  co_return failure(
      FailureKind::tls, fmt::format("tls {}: {}", host_field(server), reason),
      fmt::format("tls {}: handshake timeout", host_field(server)));
}

asio::awaitable<error_code> SocketConnection::State::write(const std::string& text) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (tls) {
    co_await asio::async_write(*tls, asio::buffer(text), token);
  } else {
    co_await asio::async_write(socket, asio::buffer(text), token);
  }
  co_return error;
}

/// Reads some bytes into the buffer and lets the reader see the end of the stream.
asio::awaitable<HttpResult<void>> SocketConnection::State::fill() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::size_t count = 0;
  if (tls) {
    count = co_await tls->async_read_some(asio::buffer(buffer), token);
  } else {
    count = co_await socket.async_read_some(asio::buffer(buffer), token);
  }
  unread = {buffer.data(), count};
  if (!error) co_return HttpResult<void>{};
  // A stream cut without TLS's own goodbye may be an attacker's cut: only framing tells.
  const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  if (!ended) {
    co_return failure(FailureKind::broken, fmt::format("read: {}", error.message()),
                      "the server is silent");
  }
  const bool cut = error == asio::ssl::error::stream_truncated;
  const auto end = reader.end_of_stream();
  if (end && !cut) {
    usable = false;
    co_return HttpResult<void>{};
  }
  co_return failure(FailureKind::broken,
                    end ? "the connection ended without a goodbye" : end.error().text,
                    "the server is silent");
}

SocketConnection::SocketConnection(asio::any_io_executor executor, HttpTimeouts timeouts)
    : state_(std::make_unique<State>(std::move(executor), timeouts)) {}

SocketConnection::~SocketConnection() = default;

asio::awaitable<HttpResult<void>> SocketConnection::connect(Origin server) {
  State& s = *state_;
  s.shut();
  s.tls.reset();
  s.unread = {};
  s.reader = {};
  s.server = std::move(server);
  s.stopped = false;
  auto opened = co_await s.open_socket();
  if (!opened) co_return opened;
  if (s.server.tls) {
    auto secured = co_await s.handshake();
    if (!secured) co_return secured;
  }
  s.usable = true;
  co_return HttpResult<void>{};
}

asio::awaitable<HttpResult<ResponseHead>> SocketConnection::send(const HttpRequest& request) {
  State& s = *state_;
  if (!open()) {
    co_return s.failure(FailureKind::broken, "the connection is not open", "not open");
  }
  s.reader = {};
  s.deadline.set(s.timeouts.head);
  const std::string text = text_of(request, s.server);
  const error_code error = co_await s.write(text);
  if (error) {
    co_return s.failure(FailureKind::broken, fmt::format("write: {}", error.message()),
                        "the server does not take the request");
  }
  while (!s.reader.head_complete()) {
    if (s.unread.empty()) {
      const auto filled = co_await s.fill();
      if (!filled) co_return filled.error();
    }
    const auto step = s.reader.read(s.unread);
    if (!step) co_return s.failure(FailureKind::malformed, step.error().text, "not in time");
    s.unread.remove_prefix(step->used);
  }
  s.deadline.clear();
  co_return s.reader.head();
}

asio::awaitable<HttpResult<std::string_view>> SocketConnection::read_body(Duration silence) {
  State& s = *state_;
  while (!s.reader.done()) {
    if (s.unread.empty()) {
      s.deadline.set(silence);
      const auto filled = co_await s.fill();
      if (!filled) co_return filled.error();
      s.deadline.clear();
      if (s.unread.empty()) continue;
    }
    const auto step = s.reader.read(s.unread);
    if (!step) co_return s.failure(FailureKind::malformed, step.error().text, "not in time");
    s.unread.remove_prefix(step->used);
    if (!step->body.empty()) co_return step->body;
  }
  if (!s.reader.keep_alive() || !s.unread.empty()) s.shut();
  co_return std::string_view{};
}

bool SocketConnection::open() const {
  State& s = *state_;
  if (!s.usable || !s.socket.is_open()) return false;
  if (s.reader.head_complete() && !s.reader.done()) return false;
  // TLS may have records of its own waiting (session tickets), so only an end or error counts.
  char byte = 0;
  const ssize_t count = ::recv(s.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count == 0) return false;
  return count > 0 ? s.tls.has_value() : errno == EAGAIN || errno == EWOULDBLOCK;
}

void SocketConnection::close() {
  state_->stopped = true;
  state_->deadline.clear();
  state_->shut();
}

}  // namespace catena::http
