// SPDX-License-Identifier: Apache-2.0
#include "core/net/binding.hpp"

#include "core/base/host_port.hpp"
#include "core/base/system_text.hpp"
#include "core/net/addresses.hpp"
#include "core/net/socket_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <vector>

namespace catena::net {
namespace {

enum class Sharing { exclusive, among_workers };

// SOCK_DGRAM or SOCK_STREAM.
using Type = int;

struct Wanted {
  Type type;
  Sharing sharing;
};

constexpr int kUdpBuffer = 4 * 1024 * 1024;
// The kernel doubles them for what it needs itself.
constexpr int kStreamReceive = 4 * 1024;
constexpr int kStreamSend = 16 * 1024;
constexpr int kBacklog = 1024;
constexpr int kPortAttempts = 32;

bool is_wildcard(const SocketAddress& address) {
  return endpoint_of(address.get()).address().is_unspecified();
}

void prepare_udp(int socket, const SocketAddress& address) {
  const bool v6 = address.get()->sa_family == AF_INET6;
  if (is_wildcard(address) && !v6) turn_on(socket, SOL_IP, IP_PKTINFO);
  if (is_wildcard(address) && v6) turn_on(socket, SOL_IPV6, IPV6_RECVPKTINFO);
  // As much as net.core allows: a batch of answers must not find the buffer full.
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kUdpBuffer, sizeof kUdpBuffer);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kUdpBuffer, sizeof kUdpBuffer);
}

// Accepted sockets have the buffers of the listening one: left to itself the kernel would let them
// grow to megabytes.
void clamp_buffers(int socket) {
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kStreamReceive, sizeof kStreamReceive);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kStreamSend, sizeof kStreamSend);
}

void prepare(int socket, const SocketAddress& address, const Wanted& wanted) {
  if (address.get()->sa_family == AF_INET6) {
    const int only = is_wildcard(address) ? 0 : 1;
    ::setsockopt(socket, SOL_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  if (wanted.type == SOCK_STREAM) turn_on(socket, SOL_SOCKET, SO_REUSEADDR);
  if (wanted.sharing == Sharing::among_workers) turn_on(socket, SOL_SOCKET, SO_REUSEPORT);
  if (wanted.type == SOCK_DGRAM) prepare_udp(socket, address);
  if (wanted.type == SOCK_STREAM) clamp_buffers(socket);
}

// Nothing, with errno set, where the kernel refuses. TCP sockets listen.
Descriptor open_socket(const SocketAddress& address, const Wanted& wanted) {
  const int type = wanted.type | SOCK_NONBLOCK | SOCK_CLOEXEC;
  Descriptor socket(::socket(address.get()->sa_family, type, 0));
  if (!socket) return {};
  prepare(socket.get(), address, wanted);
  if (::bind(socket.get(), address.get(), address.size) != 0) return {};
  const bool listens = wanted.type == SOCK_STREAM && wanted.sharing == Sharing::among_workers;
  if (listens && ::listen(socket.get(), kBacklog) != 0) return {};
  return socket;
}

std::uint16_t port_of(const SocketAddress& address) { return endpoint_of(address.get()).port(); }

std::uint16_t port_of(const Descriptor& socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(socket.get(), address.get(), &address.size) != 0) return 0;
  return port_of(address);
}

void set_port(SocketAddress& address, std::uint16_t port) {
  auto endpoint = endpoint_of(address.get());
  endpoint.port(port);
  address = socket_address(endpoint);
}

std::vector<Type> types_of(const ListenerSpec& spec) {
  std::vector<Type> types;
  if (spec.streams) types.push_back(SOCK_STREAM);
  if (spec.datagrams) types.push_back(SOCK_DGRAM);
  return types;
}

// The kernel may give a port of other SO_REUSEPORT sockets when asked with that option set, so the
// number is found without it.
std::optional<std::uint16_t> find_port(SocketAddress address, const std::vector<Type>& types) {
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    set_port(address, 0);
    const Descriptor first = open_socket(address, {types.front(), Sharing::exclusive});
    if (!first) return std::nullopt;
    set_port(address, port_of(first));
    const bool others = types.size() > 1;
    if (!others || open_socket(address, {types.back(), Sharing::exclusive})) return port_of(first);
  }
  errno = EADDRINUSE;
  return std::nullopt;
}

Error failure(Type type, const std::string& address, std::uint16_t port, int number) {
  const char* kind = type == SOCK_STREAM ? "tcp" : "udp";
  std::string text = fmt::format("Listen: listen {} {}: bind: {}", kind,
                                 join_host_port(address, port), go_system_text(number));
  if (number == EACCES || number == EPERM) {
    text += fmt::format(
        " (port {} is privileged: start as root, give the program the capability "
        "CAP_NET_BIND_SERVICE, or use a port from 1024 on)",
        port);
  }
  return {text};
}

bool in_use(const SocketAddress& address, Type type) {
  return !open_socket(address, {type, Sharing::exclusive}) && errno == EADDRINUSE;
}

bool has_ipv6() {
  const SocketAddress any = socket_address("", 0);
  return static_cast<bool>(open_socket(any, {SOCK_DGRAM, Sharing::exclusive}));
}

bool any_in_use(const SocketAddress& address, const std::vector<Type>& types) {
  return std::ranges::any_of(types, [&](Type type) { return in_use(address, type); });
}

Result<BoundListener::Pair> open_pair(const SocketAddress& where, const ListenerSpec& spec) {
  BoundListener::Pair pair;
  for (const Type type : types_of(spec)) {
    Descriptor socket = open_socket(where, {type, Sharing::among_workers});
    if (!socket) return failure(type, spec.address, port_of(where), errno);
    (type == SOCK_DGRAM ? pair.udp : pair.tcp) = std::move(socket);
  }
  return pair;
}

}  // namespace

Result<BoundListener> bind_listener(const ListenerSpec& spec, std::size_t count) {
  const bool use_v4 = spec.address.empty() && !has_ipv6();
  SocketAddress where = socket_address(use_v4 ? "0.0.0.0" : spec.address, spec.port);
  if (where.size == 0) {
    return Error{fmt::format("'{}' is no address to listen on", spec.address)};
  }
  const std::vector<Type> types = types_of(spec);
  BoundListener bound;
  bound.wildcard = is_wildcard(where);
  if (spec.port == 0) {
    const auto found = find_port(where, types);
    if (!found) return failure(types.front(), spec.address, 0, errno);
    set_port(where, *found);
  } else {
    bound.shared = !spec.more && any_in_use(where, types);
  }
  bound.port = port_of(where);
  for (std::size_t i = 0; i < count; ++i) {
    Result<BoundListener::Pair> pair = open_pair(where, spec);
    if (!pair) return pair.error();
    bound.pairs.push_back(std::move(*pair));
  }
  return bound;
}

}  // namespace catena::net
