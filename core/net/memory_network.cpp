// SPDX-License-Identifier: Apache-2.0
#include "core/net/memory_network.hpp"

#include "core/net/addresses.hpp"

#include <cerrno>

namespace catena::net {
namespace {

template <class Socket>
Dialled<Socket> refused() {
  using Failed = typename Dialled<Socket>::Failed;
  return {.socket = nullptr, .local = {}, .failed = Failed::at_connecting, .error = ECONNREFUSED};
}

}  // namespace

/// Known to the network until it is closed.
class MemoryNetwork::Registered final : public Datagrams {
 public:
  Registered(boost::asio::any_io_executor executor,
             MemoryDatagrams::Network network,
             std::shared_ptr<Map> map,
             const Endpoint& remote,
             const Endpoint& local)
      : socket_(std::move(executor), std::move(network)), map_(std::move(map)), local_(local) {
    map_->emplace(local_, Known{remote, &socket_});
  }
  ~Registered() override { forget(); }

  void attach(Events& events) override { socket_.attach(events); }
  std::size_t receive(std::span<mmsghdr> batch) override { return socket_.receive(batch); }
  Bounce bounced(std::span<std::uint8_t> start) override { return socket_.bounced(start); }
  int send(std::span<mmsghdr> batch) override { return socket_.send(batch); }
  void wait_readable() override { socket_.wait_readable(); }
  void wait_writable() override { socket_.wait_writable(); }
  void turn_away() override { socket_.turn_away(); }
  void close() override {
    forget();
    socket_.close();
  }

 private:
  void forget() {
    const auto known = map_->find(local_);
    if (known != map_->end() && known->second.socket == &socket_) map_->erase(known);
  }

  MemoryDatagrams socket_;
  std::shared_ptr<Map> map_;
  Endpoint local_;
};

MemoryNetwork::MemoryNetwork(boost::asio::any_io_executor executor,
                             Leaving leaving,
                             Connecting connecting)
    : executor_(std::move(executor)),
      leaving_(std::move(leaving)),
      connecting_(std::move(connecting)) {}

MemoryNetwork::Known* MemoryNetwork::find(const Endpoint& local, const Endpoint& remote) {
  const auto known = dialled_->find(local);
  return known != dialled_->end() && known->second.remote == remote ? &known->second : nullptr;
}

bool MemoryNetwork::arrive(const Endpoint& local, MemoryDatagram datagram) {
  const Known* known = find(local, datagram.peer);
  return known != nullptr && known->socket->arrive(std::move(datagram));
}

bool MemoryNetwork::bounce(const Endpoint& local, MemoryDatagram datagram, int error) {
  const Known* known = find(local, datagram.peer);
  if (known != nullptr) known->socket->bounce(std::move(datagram), error);
  return known != nullptr;
}

// An address of its own where none is wanted.
MemoryNetwork::Endpoint MemoryNetwork::own(const Endpoint& remote, const Endpoint& local) {
  Endpoint own = local;
  if (own.port() == 0) own.port(next_port_++);
  if (!own.address().is_unspecified()) return own;
  own.address(
      boost::asio::ip::make_address(remote.address().is_v6() ? "2001:db8::53" : "192.0.2.53"));
  return own;
}

Dialled<Datagrams> MemoryNetwork::dial_datagrams(const Endpoint& remote, const Endpoint& local) {
  using Failed = Dialled<Datagrams>::Failed;
  Dialled<Datagrams> dialled;
  dialled.local = own(remote, local);
  if (dialled_->contains(dialled.local)) {
    return {.socket = nullptr, .local = {}, .failed = Failed::at_binding, .error = EADDRINUSE};
  }
  if (is_own_peer(dialled.local, remote)) return refused<Datagrams>();
  auto leave = [this, remote, from = dialled.local](const MemoryDatagram& datagram) {
    return leaving_(from, {remote, datagram.bytes});
  };
  dialled.socket = std::make_unique<Registered>(executor_, leave, dialled_, remote, dialled.local);
  return dialled;
}

Dialled<ByteStream> MemoryNetwork::dial_stream(const Endpoint& remote, const Endpoint& local) {
  Dialled<ByteStream> dialled;
  dialled.local = own(remote, local);
  if (is_own_peer(dialled.local, remote)) return refused<ByteStream>();
  dialled.socket = connecting_(dialled.local, remote);
  return dialled.socket ? std::move(dialled) : refused<ByteStream>();
}

}  // namespace catena::net
