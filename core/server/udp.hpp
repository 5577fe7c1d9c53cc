// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/datagrams.hpp"
#include "core/server/gate.hpp"
#include "core/server/listener_socket.hpp"
#include "core/server/udp_slots.hpp"

#include <array>
#include <memory>

namespace catena::server {

/// What one socket is bound to. Its ways in and out are the socket's own matter.
struct UdpPlace {
  net::Datagrams* socket = nullptr;
  std::shared_ptr<UdpOutlet> outlet;
  bool wildcard = false;
  const Listener* listener = nullptr;
  asio::ip::udp::endpoint local;
};

/// Takes datagrams in batches and answers them, for all sockets of one worker. One thread.
class UdpReceiver {
 public:
  static constexpr std::size_t kBatch = 32;
  /// Longer queries are cut; EDNS with cookies and padding needs a few hundred bytes.
  static constexpr std::size_t kReceive = 4096;

  explicit UdpReceiver(UdpSlots& slots)
      : slots_(slots), buffers_(new std::uint8_t[kBatch * kReceive]) {}

  /// Receives what is there, a batch at most, answers it and sends the answers. Returns how many
  /// datagrams came.
  std::size_t turn(const UdpPlace& place);

  /// The way out of a socket of this worker.
  std::shared_ptr<UdpOutlet> outlet_of(net::Datagrams& socket);

 private:
  std::size_t receive(const UdpPlace& place);
  void prepare(std::size_t index, const UdpPlace& place);
  void answer(std::size_t index, const UdpPlace& place, TimePoint now);
  void refuse(const Admission& admission, const UdpSlot& slot, const Transport& transport);
  void start(std::unique_ptr<UdpSlot>& slot);

  std::span<std::uint8_t> buffer(std::size_t index) {
    return {buffers_.get() + index * kReceive, kReceive};
  }

  UdpSlots& slots_;
  std::unique_ptr<std::uint8_t[]> buffers_;
  std::array<std::unique_ptr<UdpSlot>, kBatch> batch_;
  std::array<iovec, kBatch> pieces_;
  std::array<mmsghdr, kBatch> messages_;
};

/// One bound socket of one worker: waits until it is readable and lets the receiver work, but never
/// so long that other sockets starve. One thread.
class UdpListenerSocket final : public ListenerSocket, private net::Events {
 public:
  UdpListenerSocket(std::unique_ptr<net::Datagrams> socket,
                    std::size_t number,
                    UdpPlace place,
                    UdpReceiver& receiver);
  ~UdpListenerSocket() override;
  UdpListenerSocket(const UdpListenerSocket&) = delete;
  UdpListenerSocket& operator=(const UdpListenerSocket&) = delete;

  void start() override;
  const Listener& listener() const override { return *place_.listener; }
  void serve(const Listener& listener) override { place_.listener = &listener; }

  /// What comes from now on is for the other sockets of the port, another process's too.
  void drain() override;

 private:
  static constexpr int kTurns = 8;  // Batches before other sockets get their turn.
  void readable() override;
  void writable() override;

  std::unique_ptr<net::Datagrams> socket_;
  UdpPlace place_;
  UdpReceiver& receiver_;
  bool draining_ = false;
};

}  // namespace catena::server
