// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/datagrams.hpp"
#include "core/net/memory_events.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace catena::net {

/// A datagram and whom it is from, or for.
struct MemoryDatagram {
  boost::asio::ip::udp::endpoint peer;
  std::vector<std::uint8_t> bytes;
};

/// A socket of datagrams in memory, as a test drives it: it decides what arrives, and what becomes
/// of each datagram that is sent. Control data is neither given nor looked at, the peer's address
/// only where the batch has it. One thread.
class MemoryDatagrams : public Datagrams {
 public:
  /// Of one datagram that is to be sent: 0 where the network takes it, else errno (EAGAIN: the
  /// buffer is full until now_writable()).
  using Network = std::function<int(const MemoryDatagram&)>;

  MemoryDatagrams(boost::asio::any_io_executor executor, Network network)
      : events_(std::move(executor)), network_(std::move(network)) {}

  /// False when it is turned away, or the socket is closed.
  bool arrive(MemoryDatagram datagram);
  /// An ICMP error about a datagram that was sent.
  void bounce(MemoryDatagram datagram, int error);
  void now_writable();
  bool closed() const { return closed_; }

  void attach(Events& events) override { events_.attach(events); }
  std::size_t receive(std::span<mmsghdr> batch) override;
  Bounce bounced(std::span<std::uint8_t> start) override;
  int send(std::span<mmsghdr> batch) override;
  void wait_readable() override { events_.wait_readable(!arrived_.empty() || !bounces_.empty()); }
  void wait_writable() override;
  void turn_away() override;
  void close() override;

 private:
  int send_one(const msghdr& message);

  MemoryEvents events_;
  Network network_;
  std::deque<MemoryDatagram> arrived_;
  std::deque<std::pair<MemoryDatagram, int>> bounces_;
  bool full_ = false;
  bool turned_away_ = false;
  bool closed_ = false;
};

}  // namespace catena::net
