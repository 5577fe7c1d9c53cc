// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp_output.hpp"

#include <cerrno>
#include <poll.h>

namespace catena::server {
namespace {

// How long a worker waits for a full send buffer: the network card empties it in far less.
constexpr int kSendMilliseconds = 5;

}  // namespace

UdpOutput::UdpOutput(Meters& meters, Lane lane)
    : meters_(meters), lane_(lane), region_(new std::uint8_t[kRegion]) {}

std::span<std::uint8_t> UdpOutput::room(int socket) {
  const bool full = count_ == kBatch || kRegion - used_ < kMaxDatagram;
  if (full || socket != socket_) flush();
  socket_ = socket;
  return {region_.get() + used_, kMaxDatagram};
}

void UdpOutput::add(std::size_t size, const UdpPeer& peer) {
  if (size == 0) return;
  pieces_[count_] = {region_.get() + used_, size};
  peers_[count_] = peer;
  used_ += size;
  ++count_;
}

void UdpOutput::fill(std::size_t index) {
  UdpPeer& peer = peers_[index];
  msghdr& header = messages_[index].msg_hdr;
  header = {};
  header.msg_name = &peer.client.storage;
  header.msg_namelen = peer.client.size;
  header.msg_iov = &pieces_[index];
  header.msg_iovlen = 1;
  header.msg_control = peer.control_size != 0 ? peer.control.data() : nullptr;
  header.msg_controllen = peer.control_size;
}

// Returns how many are done with, sent or not.
std::size_t UdpOutput::send(std::size_t first) {
  const auto left = static_cast<unsigned>(count_ - first);
  int sent = ::sendmmsg(socket_, &messages_[first], left, MSG_DONTWAIT);
  if (sent > 0) return static_cast<std::size_t>(sent);
  if (errno == EINTR) return 0;
  if (errno == EAGAIN || errno == ENOBUFS) {
    pollfd writable{socket_, POLLOUT, 0};
    if (::poll(&writable, 1, kSendMilliseconds) > 0) {
      sent = ::sendmmsg(socket_, &messages_[first], left, MSG_DONTWAIT);
      if (sent > 0) return static_cast<std::size_t>(sent);
    }
  }
  // The first one cannot be sent (its network is gone, a firewall says no): the others may be.
  meters_.udp_unsent.add(lane_);
  return 1;
}

void UdpOutput::flush() {
  for (std::size_t i = 0; i < count_; ++i) fill(i);
  for (std::size_t done = 0; done < count_;) done += send(done);
  count_ = 0;
  used_ = 0;
}

}  // namespace catena::server
