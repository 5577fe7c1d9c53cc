// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/datagrams.hpp"
#include "core/net/readiness.hpp"

namespace catena::net {

/// A bound UDP socket of the kernel.
class UdpDatagrams final : public Datagrams {
 public:
  UdpDatagrams(boost::asio::any_io_executor executor, Descriptor socket)
      : readiness_(std::move(executor), std::move(socket)) {}

  void attach(Events& events) override { readiness_.attach(events); }
  std::size_t receive(std::span<mmsghdr> batch) override;
  Bounce bounced(std::span<std::uint8_t> start) override;
  int send(std::span<mmsghdr> batch) override;
  void wait_readable() override { readiness_.wait_readable(); }
  void wait_writable() override { readiness_.wait_writable(); }
  void turn_away() override;
  void close() override { readiness_.close(); }

 private:
  Readiness readiness_;
};

}  // namespace catena::net
