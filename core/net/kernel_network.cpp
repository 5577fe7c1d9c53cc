// SPDX-License-Identifier: Apache-2.0
#include "core/net/kernel_network.hpp"

#include "core/net/addresses.hpp"
#include "core/net/socket_options.hpp"
#include "core/net/tcp_stream.hpp"
#include "core/net/udp_datagrams.hpp"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace catena::net {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;

constexpr int kKeepAliveIdle = 5;
constexpr int kKeepAliveInterval = 5;
constexpr int kKeepAliveProbes = 5;
constexpr unsigned kUserTimeoutMilliseconds = 30'000;

template <class Value>
void set_option(int socket, int name, Value value) {
  ::setsockopt(socket, IPPROTO_TCP, name, &value, sizeof value);
}

// Best effort: a kernel without one of them still carries bytes.
void watch_for_silence(int socket) {
  turn_on(socket, SOL_SOCKET, SO_KEEPALIVE);
  set_option(socket, TCP_KEEPIDLE, kKeepAliveIdle);
  set_option(socket, TCP_KEEPINTVL, kKeepAliveInterval);
  set_option(socket, TCP_KEEPCNT, kKeepAliveProbes);
  set_option(socket, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

template <class Socket>
Dialled<Socket> failure(typename Dialled<Socket>::Failed at) {
  return {.socket = nullptr, .local = {}, .failed = at, .error = errno};
}

bool bind(int socket, const Endpoint& local) {
  if (local.address().is_unspecified() && local.port() == 0) return true;
  const SocketAddress address = socket_address(local);
  return ::bind(socket, address.get(), address.size) == 0;
}

bool connect(int socket, const Endpoint& remote) {
  const SocketAddress address = socket_address(remote);
  return ::connect(socket, address.get(), address.size) == 0 || errno == EINPROGRESS;
}

Endpoint local_of(int socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(socket, address.get(), &address.size) != 0) return {};
  return endpoint_of(address.get());
}

// `Kernel` is the kernel's form of `Socket`.
template <class Socket, class Kernel>
Dialled<Socket> dial(const boost::asio::any_io_executor& executor,
                     Descriptor socket,
                     const Endpoint& remote,
                     const Endpoint& local) {
  using Failed = typename Dialled<Socket>::Failed;
  if (!bind(socket.get(), local)) return failure<Socket>(Failed::at_binding);
  if (!connect(socket.get(), remote)) return failure<Socket>(Failed::at_connecting);
  Dialled<Socket> dialled;
  dialled.local = local_of(socket.get());
  if (is_own_peer(dialled.local, remote)) {
    errno = ECONNREFUSED;
    return failure<Socket>(Failed::at_connecting);
  }
  dialled.socket = std::make_unique<Kernel>(executor, std::move(socket));
  return dialled;
}

}  // namespace

// The kernel gives the lowest number that is free.
Descriptor KernelNetwork::open(const Endpoint& remote, int type) const {
  const int family = remote.address().is_v6() ? AF_INET6 : AF_INET;
  Descriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || static_cast<std::size_t>(socket.get()) < descriptors_) return socket;
  errno = EMFILE;
  return Descriptor();
}

Dialled<Datagrams> KernelNetwork::dial_datagrams(const Endpoint& remote, const Endpoint& local) {
  Descriptor socket = open(remote, SOCK_DGRAM);
  if (!socket) return failure<Datagrams>(Dialled<Datagrams>::Failed::at_connecting);
  const bool v6 = remote.address().is_v6();
  turn_on(socket.get(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR);
  return dial<Datagrams, UdpDatagrams>(executor_, std::move(socket), remote, local);
}

Dialled<ByteStream> KernelNetwork::dial_stream(const Endpoint& remote, const Endpoint& local) {
  Descriptor socket = open(remote, SOCK_STREAM);
  if (!socket) return failure<ByteStream>(Dialled<ByteStream>::Failed::at_connecting);
  turn_on(socket.get(), IPPROTO_TCP, TCP_NODELAY);
  if (silence_ == Silence::watched) watch_for_silence(socket.get());
  return dial<ByteStream, TcpStream>(executor_, std::move(socket), remote, local);
}

}  // namespace catena::net
