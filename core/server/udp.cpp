// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp.hpp"

#include <cstring>

namespace catena::server {
namespace {

asio::ip::udp::endpoint local_of(const in_pktinfo& info, std::uint16_t port) {
  return {asio::ip::address_v4(ntohl(info.ipi_addr.s_addr)), port};
}

// Makes what arrived as control data fit for sending: the reply leaves from the address that was
// asked, on the interface that the routes say; only a link-local address names its own.
asio::ip::udp::endpoint turn_around(UdpPeer& peer, std::uint16_t port) {
  auto* control = reinterpret_cast<cmsghdr*>(peer.control.data());
  void* data = CMSG_DATA(control);
  if (control->cmsg_level == SOL_IP && control->cmsg_type == IP_PKTINFO) {
    in_pktinfo info;
    std::memcpy(&info, data, sizeof info);
    const auto local = local_of(info, port);
    info.ipi_ifindex = 0;
    std::memcpy(data, &info, sizeof info);
    return local;
  }
  in6_pktinfo info;
  std::memcpy(&info, data, sizeof info);
  const bool link_local = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr);
  if (!link_local) info.ipi6_ifindex = 0;
  std::memcpy(data, &info, sizeof info);
  return net::endpoint_of(info.ipi6_addr, info.ipi6_ifindex, port);
}

bool has_packet_info(const UdpPeer& peer) {
  const auto* control = reinterpret_cast<const cmsghdr*>(peer.control.data());
  if (peer.control_size < sizeof(cmsghdr)) return false;
  return (control->cmsg_level == SOL_IP && control->cmsg_type == IP_PKTINFO) ||
         (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_PKTINFO);
}

}  // namespace

void UdpReceiver::prepare(std::size_t index, const UdpPlace& place) {
  if (!batch_[index]) batch_[index] = slots_.take();
  UdpSlot& slot = *batch_[index];
  if (slot.outlet != place.outlet) slot.outlet = place.outlet;
  pieces_[index] = {buffer(index).data(), kReceive};
  msghdr& header = messages_[index].msg_hdr;
  header = {};
  header.msg_name = &slot.peer.client.storage;
  header.msg_namelen = sizeof slot.peer.client.storage;
  header.msg_iov = &pieces_[index];
  header.msg_iovlen = 1;
  header.msg_control = place.wildcard ? slot.peer.control.data() : nullptr;
  header.msg_controllen = place.wildcard ? slot.peer.control.size() : 0;
}

std::shared_ptr<UdpOutlet> UdpReceiver::outlet_of(net::Datagrams& socket) {
  Dispatcher& dispatcher = slots_.dispatcher();
  return std::make_shared<UdpOutlet>(socket, dispatcher.clock(), dispatcher.deadlines(),
                                     dispatcher.meters(), dispatcher.lane());
}

std::size_t UdpReceiver::receive(const UdpPlace& place) {
  for (std::size_t i = 0; i < kBatch; ++i) prepare(i, place);
  return place.socket->receive(messages_);
}

std::size_t UdpReceiver::turn(const UdpPlace& place) {
  const std::size_t count = receive(place);
  if (count == 0) return 0;
  const TimePoint now = slots_.dispatcher().clock().now();
  for (std::size_t i = 0; i < count; ++i) answer(i, place, now);
  slots_.output().flush();
  return count;
}

void UdpReceiver::answer(std::size_t index, const UdpPlace& place, TimePoint now) {
  UdpSlot& slot = *batch_[index];
  Dispatcher& dispatcher = slots_.dispatcher();
  const msghdr& header = messages_[index].msg_hdr;
  slot.peer.client.size = header.msg_namelen;
  slot.peer.control_size = static_cast<std::uint8_t>(header.msg_controllen);
  if ((header.msg_flags & MSG_TRUNC) != 0) dispatcher.meters().udp_cut.add(dispatcher.lane());

  Transport transport{.client = net::endpoint_of(slot.peer.client.get()), .local = place.local};
  transport.server = place.listener->number;
  transport.server_label = place.listener->label;
  if (place.wildcard && has_packet_info(slot.peer)) {
    transport.local = turn_around(slot.peer, place.local.port());
  } else {
    slot.peer.control_size = 0;
  }
  const auto message = slot.keep(buffer(index).first(messages_[index].msg_len));
  const GateRules rules{place.listener->opcodes, place.listener->classes};
  const Admission admission = admit(message, rules, slots_.output().room(place.outlet));
  slot.set_listener(place.listener);
  if (admission.refusal != Refusal::none) return refuse(admission, slot, transport);
  slot.begin(admission.message, transport, now);
  start(batch_[index]);
}

void UdpReceiver::refuse(const Admission& admission,
                         const UdpSlot& slot,
                         const Transport& transport) {
  slots_.dispatcher().count(admission.refusal, *slot.listener(), transport);
  slots_.output().add(admission.reply.size(), slot.peer);
}

void UdpReceiver::start(std::unique_ptr<UdpSlot>& slot) {
  Dispatcher& dispatcher = slots_.dispatcher();
  UdpOutput& output = slots_.output();
  Reply reply = dispatcher.run(*slot);
  if (reply.ready() && reply.outcome() == Outcome::drop) return;
  if (reply.ready() || !dispatcher.make_room_for(*slot, slot->cost())) {
    output.add(dispatcher.write(*slot, output.room(slot->outlet)).size(), slot->peer);
    return;
  }
  UdpSlot& waiting = *slot;
  slots_.park(std::move(slot));
  dispatcher.wait(waiting, std::move(reply));
}

UdpListenerSocket::UdpListenerSocket(std::unique_ptr<net::Datagrams> socket,
                                     std::size_t number,
                                     UdpPlace place,
                                     UdpReceiver& receiver)
    : ListenerSocket(number),
      socket_(std::move(socket)),
      place_(std::move(place)),
      receiver_(receiver) {
  place_.socket = socket_.get();
  place_.outlet = receiver.outlet_of(*socket_);
  socket_->attach(*this);
}

UdpListenerSocket::~UdpListenerSocket() { place_.outlet->close(); }

void UdpListenerSocket::start() { socket_->wait_readable(); }

void UdpListenerSocket::readable() {
  if (draining_) return;
  for (int i = 0; i < kTurns; ++i) {
    if (receiver_.turn(place_) < UdpReceiver::kBatch) break;
  }
  start();
}

void UdpListenerSocket::writable() { place_.outlet->writable(); }

void UdpListenerSocket::drain() {
  // What a full buffer holds, where the kernel does not turn others away.
  static constexpr int kMostTurns = 4096;
  draining_ = true;
  socket_->turn_away();
  for (int i = 0; i < kMostTurns && receiver_.turn(place_) != 0; ++i) continue;
}

}  // namespace catena::server
