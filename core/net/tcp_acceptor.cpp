// SPDX-License-Identifier: Apache-2.0
#include "core/net/tcp_acceptor.hpp"

#include "core/net/addresses.hpp"
#include "core/net/tcp_stream.hpp"

#include <cerrno>
#include <netinet/tcp.h>

namespace catena::net {

Accepted TcpAcceptor::accept() {
  SocketAddress client;
  client.size = sizeof client.storage;
  Descriptor socket(
      ::accept4(readiness_.descriptor(), client.get(), &client.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    const bool gone = errno == EINTR || errno == ECONNABORTED;
    if (gone) return {Accepted::How::one};
    return {errno == EAGAIN ? Accepted::How::none : Accepted::How::failed};
  }
  const int one = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  SocketAddress local;
  local.size = sizeof local.storage;
  ::getsockname(socket.get(), local.get(), &local.size);
  const int number = socket.get();
  return {Accepted::How::one, std::make_unique<TcpStream>(readiness_.executor(), std::move(socket)),
          endpoint_of(client.get()), endpoint_of(local.get()), number};
}

}  // namespace catena::net
