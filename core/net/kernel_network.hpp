// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/network.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace catena::net {

/// Sockets of the kernel, non-blocking, on one event loop.
class KernelNetwork final : public Network {
 public:
  explicit KernelNetwork(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Dialled<Datagrams> dial_datagrams(const boost::asio::ip::udp::endpoint& remote,
                                    const boost::asio::ip::udp::endpoint& local) override;
  Dialled<ByteStream> dial_stream(const boost::asio::ip::udp::endpoint& remote,
                                  const boost::asio::ip::udp::endpoint& local) override;

 private:
  boost::asio::any_io_executor executor_;
};

}  // namespace catena::net
