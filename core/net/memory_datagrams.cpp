// SPDX-License-Identifier: Apache-2.0
#include "core/net/memory_datagrams.hpp"

#include "core/net/addresses.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace catena::net {
namespace {

void fill(mmsghdr& message, const MemoryDatagram& datagram) {
  msghdr& header = message.msg_hdr;
  if (header.msg_name != nullptr) {
    const SocketAddress from = socket_address(datagram.peer);
    std::memcpy(header.msg_name, &from.storage, from.size);
    header.msg_namelen = from.size;
  }
  const iovec& room = *header.msg_iov;
  const std::size_t size = std::min(room.iov_len, datagram.bytes.size());
  std::copy_n(datagram.bytes.data(), size, static_cast<std::uint8_t*>(room.iov_base));
  header.msg_flags = size < datagram.bytes.size() ? MSG_TRUNC : 0;
  header.msg_controllen = 0;
  message.msg_len = static_cast<unsigned>(size);
}

}  // namespace

bool MemoryDatagrams::arrive(MemoryDatagram datagram) {
  if (turned_away_ || closed_) return false;
  arrived_.push_back(std::move(datagram));
  events_.now_readable();
  return true;
}

void MemoryDatagrams::bounce(MemoryDatagram datagram, int error) {
  if (closed_) return;
  bounces_.emplace_back(std::move(datagram), error);
  events_.now_readable();
}

Datagrams::Bounce MemoryDatagrams::bounced(std::span<std::uint8_t> start) {
  if (bounces_.empty()) return {};
  const auto [datagram, error] = std::move(bounces_.front());
  bounces_.pop_front();
  const std::size_t size = std::min(start.size(), datagram.bytes.size());
  std::copy_n(datagram.bytes.begin(), size, start.begin());
  return {error, size};
}

void MemoryDatagrams::now_writable() {
  full_ = false;
  events_.now_writable();
}

std::size_t MemoryDatagrams::receive(std::span<mmsghdr> batch) {
  std::size_t count = 0;
  while (count < batch.size() && !arrived_.empty()) {
    fill(batch[count++], arrived_.front());
    arrived_.pop_front();
  }
  return count;
}

int MemoryDatagrams::send_one(const msghdr& message) {
  const auto* bytes = static_cast<const std::uint8_t*>(message.msg_iov->iov_base);
  const auto* to = static_cast<const sockaddr*>(message.msg_name);
  const auto peer = to != nullptr ? endpoint_of(to) : asio::ip::udp::endpoint();
  const int error = network_({peer, {bytes, bytes + message.msg_iov->iov_len}});
  if (error == EAGAIN) full_ = true;
  return error;
}

int MemoryDatagrams::send(std::span<mmsghdr> batch) {
  if (closed_) return -EBADF;
  int count = 0;
  for (const mmsghdr& message : batch) {
    const int error = full_ ? EAGAIN : send_one(message.msg_hdr);
    if (error != 0) return count > 0 ? count : -error;
    ++count;
  }
  return count;
}

void MemoryDatagrams::wait_writable() { events_.wait_writable(!full_); }

void MemoryDatagrams::turn_away() {
  turned_away_ = true;
  events_.stop_reading();
}

void MemoryDatagrams::close() {
  closed_ = true;
  arrived_.clear();
  bounces_.clear();
  events_.close();
}

}  // namespace catena::net
