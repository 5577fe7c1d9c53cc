// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp_outlet.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace catena::server {
namespace {

bool is_full(int error) { return error == EAGAIN || error == ENOBUFS; }

}  // namespace

void describe(UdpPeer& peer, iovec& piece, msghdr& message) {
  message = {};
  message.msg_name = &peer.client.storage;
  message.msg_namelen = peer.client.size;
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = peer.control_size != 0 ? peer.control.data() : nullptr;
  message.msg_controllen = peer.control_size;
}

UdpOutlet::UdpOutlet(net::Datagrams& socket,
                     const Clock& clock,
                     net::Deadlines& deadlines,
                     Meters& meters,
                     Lane lane)
    : socket_(&socket),
      clock_(clock),
      deadlines_(deadlines),
      meters_(meters),
      lane_(lane),
      pause_([this] { writable(); }) {}

void UdpOutlet::send(std::span<mmsghdr> batch) {
  if (socket_ == nullptr) return drop(batch.size());
  if (!kept_.empty()) return keep(batch);
  while (!batch.empty()) {
    const int sent = socket_->send(batch);
    if (is_full(-sent)) {
      keep(batch);
      return wait(-sent);
    }
    // The first one cannot be sent (its network is gone, a firewall says no): the others may be.
    if (sent <= 0) drop(1);
    batch = batch.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
}

void UdpOutlet::writable() {
  while (socket_ != nullptr && !kept_.empty()) {
    const int sent = send_kept();
    if (is_full(-sent)) return wait(-sent);
    if (sent <= 0) drop(1);
    forget(static_cast<std::size_t>(std::max(sent, 1)));
  }
}

int UdpOutlet::send_kept() {
  std::array<iovec, kBatch> pieces;
  std::array<mmsghdr, kBatch> messages;
  const std::size_t count = std::min(kept_.size(), kBatch);
  for (std::size_t i = 0; i < count; ++i) {
    pieces[i] = {kept_[i].bytes.data(), kept_[i].bytes.size()};
    describe(kept_[i].peer, pieces[i], messages[i].msg_hdr);
  }
  return socket_->send({messages.data(), count});
}

void UdpOutlet::wait(int error) {
  if (error == ENOBUFS) {
    deadlines_.add(pause_, clock_.now() + kDevicePause);
  } else {
    socket_->wait_writable();
  }
}

void UdpOutlet::keep(std::span<const mmsghdr> batch) {
  for (const mmsghdr& message : batch) keep_one(message.msg_hdr);
}

void UdpOutlet::keep_one(const msghdr& message) {
  const iovec& piece = *message.msg_iov;
  if (kept_bytes_ + sizeof(Kept) + piece.iov_len > kMostKept) return drop(1);
  Kept& kept = kept_.emplace_back();
  const auto* bytes = static_cast<const std::uint8_t*>(piece.iov_base);
  kept.bytes.assign(bytes, bytes + piece.iov_len);
  kept.peer.client.size = message.msg_namelen;
  std::memcpy(&kept.peer.client.storage, message.msg_name, message.msg_namelen);
  kept.peer.control_size = static_cast<std::uint8_t>(message.msg_controllen);
  if (message.msg_control == nullptr) kept.peer.control_size = 0;
  if (kept.peer.control_size != 0) {
    std::memcpy(kept.peer.control.data(), message.msg_control, kept.peer.control_size);
  }
  kept_bytes_ += kept.cost();
}

void UdpOutlet::forget(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    kept_bytes_ -= kept_.front().cost();
    kept_.pop_front();
  }
}

void UdpOutlet::close() {
  socket_ = nullptr;
  pause_.cancel();
  drop(kept_.size());
  forget(kept_.size());
}

void UdpOutlet::drop(std::size_t count) { meters_.udp_unsent.add(lane_, count); }

}  // namespace catena::server
