// SPDX-License-Identifier: Apache-2.0
#include "core/http/client.hpp"

#include "core/base/host_port.hpp"
#include "core/http/time_limit.hpp"
#include "core/net/async_stream.hpp"
#include "core/net/kernel_network.hpp"
#include "core/net/tls_context.hpp"
#include "core/net/tls_stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>

namespace catena::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Direction = net::AsyncStream::Direction;

namespace {

using Endpoint = asio::ip::udp::endpoint;

std::string host_field(const Origin& server) { return join_host_port(server.host, server.port); }

std::string text_of(const HttpRequest& request, const Origin& server) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                                 host_field(server));
  for (const auto& [name, value] : request.fields) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

}  // namespace

struct SocketConnection::State {
  State(asio::any_io_executor on, HttpTimeouts limits)
      : executor(on),
        network(on, descriptor_limit().all, net::Silence::watched),
        resolver(on),
        deadline(on, [this] { shut(); }),
        timeouts(limits) {}

  void shut() {
    if (stream) stream->close();
    resolver.cancel();
    usable = false;
  }

  void start_over(Origin other);

  /// What is there now, into the buffer.
  net::Moved look();

  /// Nobody wants it any more, or not in time.
  bool over() const { return stopped || deadline.expired(); }

  /// What a failed operation means, given who closed the stream.
  Failure failure(FailureKind kind, std::string text, std::string_view late);

  asio::awaitable<HttpResult<void>> open_stream();
  asio::awaitable<std::vector<Endpoint>> addresses(error_code& error);
  asio::awaitable<error_code> dial(Endpoint to);
  asio::awaitable<HttpResult<void>> handshake();
  std::string handshake_text() const;
  std::string why(std::string otherwise) const;
  asio::awaitable<HttpResult<void>> fill();

  asio::any_io_executor executor;
  net::KernelNetwork network;
  tcp::resolver resolver;
  std::optional<net::AsyncStream> stream;
  const net::TlsStream* tls = nullptr;  // The stream, where it is one.
  TimeLimit deadline;
  HttpTimeouts timeouts;
  Origin server;
  ResponseReader reader;
  std::array<char, 16384> buffer;
  std::string_view unread;  ///< The part of the buffer that the reader has not seen.
  bool usable = false;
  bool stopped = false;
};

net::Moved SocketConnection::State::look() {
  const net::Moved moved =
      stream->stream().read_some({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
  unread = {buffer.data(), moved.size};
  return moved;
}

void SocketConnection::State::start_over(Origin other) {
  shut();
  stream.reset();
  tls = nullptr;
  unread = {};
  reader = {};
  server = std::move(other);
  stopped = false;
}

Failure SocketConnection::State::failure(FailureKind kind,
                                         std::string text,
                                         std::string_view late) {
  const bool timed_out = deadline.expired();
  deadline.clear();
  shut();
  if (stopped) return {FailureKind::stopped, "stopped"};
  if (!timed_out) return {kind, std::move(text)};
  const bool connecting = kind == FailureKind::unreachable;
  return {connecting ? kind : FailureKind::timeout, std::string(late)};
}

asio::awaitable<HttpResult<void>> SocketConnection::State::open_stream() {
  error_code error;
  deadline.set(timeouts.connect);
  const std::vector<Endpoint> known = co_await addresses(error);
  for (const Endpoint& one : known) {
    if (over()) break;
    error = co_await dial(one);
    if (!error) break;
  }
  if (error || over()) {
    co_return failure(FailureKind::unreachable,
                      fmt::format("dial tcp {}: {}", host_field(server), error.message()),
                      fmt::format("dial tcp {}: i/o timeout", host_field(server)));
  }
  deadline.clear();
  co_return HttpResult<void>{};
}

// Those of a name in the resolver's order.
asio::awaitable<std::vector<Endpoint>> SocketConnection::State::addresses(error_code& error) {
  std::vector<Endpoint> found;
  if (const auto address = parse_address(server.host)) {
    found.emplace_back(*address, server.port);
    co_return found;
  }
  const auto results = co_await resolver.async_resolve(
      server.host, std::to_string(server.port), asio::redirect_error(asio::use_awaitable, error));
  for (const auto& result : results) {
    found.emplace_back(result.endpoint().address(), result.endpoint().port());
  }
  if (!error && found.empty()) error = asio::error::host_not_found;
  co_return found;
}

// Whether it is there is what the first read tells. A server that speaks first is not asked.
asio::awaitable<error_code> SocketConnection::State::dial(Endpoint to) {
  error_code error;
  auto dialled = network.dial_stream(to, {});
  if (!dialled.socket) {
    error.assign(dialled.error, boost::system::system_category());
    co_return error;
  }
  stream.emplace(executor, std::move(dialled.socket));
  co_await stream->async_wait(Direction::writing, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return error;
  const net::Moved moved = look();
  if (moved.how == net::Moved::How::failed) {
    error.assign(moved.error, boost::system::system_category());
  }
  co_return error;
}

// With no earlier session: connections are few and last.
asio::awaitable<HttpResult<void>> SocketConnection::State::handshake() {
  const std::string what = fmt::format("TLS handshake with {}: ", host_field(server));
  if (!unread.empty()) {
    co_return failure(FailureKind::tls, what + "the server speaks first", what + "i/o timeout");
  }
  error_code error;
  const std::string& name = server.tls_name.empty() ? server.host : server.tls_name;
  auto secured = std::make_unique<net::TlsStream>(stream->release(),
                                                  server.tls->connect_afresh(name), executor);
  tls = secured.get();
  stream.emplace(executor, std::move(secured));
  deadline.set(timeouts.handshake);
  co_await stream->async_wait(Direction::writing, asio::redirect_error(asio::use_awaitable, error));
  const bool agreed = tls->alpn().empty() || tls->alpn() == kProtocol;
  if (!over() && tls->state() == net::TlsStream::State::open && agreed) {
    deadline.clear();
    co_return HttpResult<void>{};
  }
  co_return failure(FailureKind::tls, what + handshake_text(), what + "i/o timeout");
}

std::string SocketConnection::State::handshake_text() const {
  const net::TlsFailure& failed = tls->failure();
  if (failed.fault != net::TlsFault::none) return failed.text;
  return fmt::format("the server chose the protocol {}", tls->alpn());
}

// Where TLS is why: what it says.
std::string SocketConnection::State::why(std::string otherwise) const {
  const bool of_tls = tls != nullptr && tls->failure().fault != net::TlsFault::none;
  return of_tls ? tls->failure().text : otherwise;
}

/// Reads some bytes into the buffer and lets the reader see the end of the stream.
asio::awaitable<HttpResult<void>> SocketConnection::State::fill() {
  error_code error;
  const std::size_t count = co_await stream->async_read_some(
      asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
  unread = {buffer.data(), count};
  if (!error) co_return HttpResult<void>{};
  if (error != asio::error::eof) {
    co_return failure(FailureKind::broken, fmt::format("read: {}", why(error.message())),
                      "the server is silent");
  }
  // A stream cut without TLS's own goodbye may be an attacker's cut: only framing tells.
  const bool cut = tls != nullptr && tls->cut();
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
  s.start_over(std::move(server));
  auto opened = co_await s.open_stream();
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
    co_return s.failure(FailureKind::broken, s.why("the connection is not open"), "not open");
  }
  s.reader = {};
  s.deadline.set(s.timeouts.head);
  const std::string text = text_of(request, s.server);
  error_code error;
  co_await asio::async_write(*s.stream, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return s.failure(FailureKind::broken, fmt::format("write: {}", s.why(error.message())),
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
  if (!s.usable || !s.unread.empty()) return false;
  if (s.reader.head_complete() && !s.reader.done()) return false;
  return s.look().how == net::Moved::How::later;
}

void SocketConnection::close() {
  state_->stopped = true;
  state_->deadline.clear();
  state_->shut();
}

}  // namespace catena::http
