// SPDX-License-Identifier: Apache-2.0
// Several threads use what is defined here.
#include "core/server/testing.hpp"

#include "core/net/addresses.hpp"

#include "test/support/assembled.hpp"

#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace catena::server::test {
namespace {

constexpr int kPatience = 10'000;  // Milliseconds.

bool readable(const net::Descriptor& socket) {
  pollfd descriptor{socket.get(), POLLIN, 0};
  return ::poll(&descriptor, 1, kPatience) > 0;
}

net::Descriptor connected(int type,
                          std::uint16_t port,
                          const std::string& address,
                          const std::string& source) {
  const net::SocketAddress server = net::socket_address(address, port);
  net::Descriptor socket(::socket(server.get()->sa_family, type | SOCK_CLOEXEC, 0));
  const net::SocketAddress own = net::socket_address(source, 0);
  if (!source.empty()) ::bind(socket.get(), own.get(), own.size);
  if (!socket || ::connect(socket.get(), server.get(), server.size) != 0) {
    throw std::runtime_error("cannot connect to " + address + ": " + std::to_string(port));
  }
  return socket;
}

}  // namespace

std::shared_ptr<const Configuration> configuration_of(const std::string& corefile,
                                                      Household& household) {
  return catena::test::assembled(corefile, registry(), household.process);
}

void drive(Server& server, const std::function<bool()>& done) {
  while (!done()) {
    const std::optional<Duration> wait = server.step();
    if (!wait) return;
    std::this_thread::sleep_for(std::min<Duration>(*wait, std::chrono::milliseconds(1)));
  }
}

Result<void> start(Server& server) {
  std::optional<Result<void>> result;
  server.start([&result](const Result<void>& told) { result = told; });
  drive(server, [&result] { return result.has_value(); });
  return result.value();
}

Result<void> reload(Server& server, std::shared_ptr<const Configuration> next) {
  std::optional<Result<void>> result;
  server.reload(std::move(next), [&result](const Result<void>& told) { result = told; });
  drive(server, [&result] { return result.has_value(); });
  return result.value();
}

Stopped stop(Server& server) {
  std::optional<Stopped> result;
  server.stop([&result](Stopped told) { result = told; });
  drive(server, [&result] { return result.has_value(); });
  return result.value();
}

Running::Running(const std::string& corefile, ServerLimits limits)
    : household(limits.workers),
      configuration(configuration_of(corefile, household)),
      server(household.process, household.host, configuration, limits) {
  const Result<void> started = start(server);
  if (!started) throw std::runtime_error(started.error().text);
}

UdpClient::UdpClient(std::uint16_t port, const std::string& address, const std::string& source)
    : socket_(connected(SOCK_DGRAM, port, address, source)) {}

void UdpClient::send(const Bytes& message) {
  ::send(socket_.get(), message.data(), message.size(), 0);
}

Bytes UdpClient::receive() {
  Bytes message(65536);
  if (!readable(socket_)) return {};
  const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), 0);
  message.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return message;
}

catena::test::DecodedMessage UdpClient::ask(const std::string& question,
                                            const catena::test::QueryOptions& options) {
  send(catena::test::query_bytes(question, options));
  return catena::test::decode(receive());
}

TcpClient::TcpClient(std::uint16_t port, const std::string& address, const std::string& source)
    : socket_(connected(SOCK_STREAM, port, address, source)) {}

Bytes framed(const Bytes& message) {
  Bytes bytes{static_cast<std::uint8_t>(message.size() >> 8),
              static_cast<std::uint8_t>(message.size())};
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

void TcpClient::send(const Bytes& message) { send_raw(framed(message)); }

void TcpClient::send_raw(const Bytes& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size =
        ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

void TcpClient::finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

bool TcpClient::read(std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    if (!readable(socket_)) return false;
    const ssize_t got = ::recv(socket_.get(), to, size, 0);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<Bytes> TcpClient::receive() {
  std::array<std::uint8_t, 2> length;
  if (!read(length.data(), 2)) return std::nullopt;
  Bytes message(length[0] * 256u + length[1]);
  if (!read(message.data(), message.size())) return std::nullopt;
  return message;
}

bool TcpClient::closed() {
  std::uint8_t byte = 0;
  return readable(socket_) && ::recv(socket_.get(), &byte, 1, 0) <= 0;
}

catena::test::DecodedMessage TcpClient::ask(const std::string& question,
                                            const catena::test::QueryOptions& options) {
  send(catena::test::query_bytes(question, options));
  return catena::test::decode(receive().value());
}

bool eventually(const std::function<bool()>& done) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace catena::server::test
