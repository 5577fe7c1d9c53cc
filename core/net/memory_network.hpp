// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_datagrams.hpp"
#include "core/net/memory_stream.hpp"
#include "core/net/network.hpp"

#include <functional>
#include <map>
#include <memory>

namespace catena::net {

/// Connections out in memory: a test is the other end of each, and of all addresses. One thread.
class MemoryNetwork final : public Network {
 public:
  using Endpoint = boost::asio::ip::udp::endpoint;

  /// A datagram leaves `local` for its peer: 0, or errno as of MemoryDatagrams::Network.
  using Leaving = std::function<int(const Endpoint& local, const MemoryDatagram& datagram)>;
  /// Somebody connects: the end for the test, or null for a refusal.
  using Connecting =
      std::function<std::unique_ptr<ByteStream>(const Endpoint& local, const Endpoint& remote)>;

  MemoryNetwork(boost::asio::any_io_executor executor, Leaving leaving, Connecting connecting);

  /// A datagram for whoever dialled from `local` to its peer; false where nobody has.
  bool arrive(const Endpoint& local, MemoryDatagram datagram);
  /// An ICMP error about one.
  bool bounce(const Endpoint& local, MemoryDatagram datagram, int error);

  /// Sockets of datagrams that are open.
  std::size_t open() const { return dialled_->size(); }

  Dialled<Datagrams> dial_datagrams(const Endpoint& remote, const Endpoint& local) override;
  Dialled<ByteStream> dial_stream(const Endpoint& remote, const Endpoint& local) override;

 private:
  struct Known {
    Endpoint remote;
    MemoryDatagrams* socket;
  };
  using Map = std::map<Endpoint, Known>;
  class Registered;

  Known* find(const Endpoint& local, const Endpoint& remote);
  Endpoint own(const Endpoint& remote, const Endpoint& local);

  boost::asio::any_io_executor executor_;
  Leaving leaving_;
  Connecting connecting_;
  std::shared_ptr<Map> dialled_ = std::make_shared<Map>();
  std::uint16_t next_port_ = 10000;
};

}  // namespace catena::net
