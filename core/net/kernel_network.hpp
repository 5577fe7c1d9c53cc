// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/descriptors.hpp"
#include "core/net/descriptor.hpp"
#include "core/net/network.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace catena::net {

/// Sockets of the kernel, non-blocking, on one event loop. The last descriptors are not for them:
/// EMFILE, as if there were none.
class KernelNetwork final : public Network {
 public:
  explicit KernelNetwork(boost::asio::any_io_executor executor,
                         DescriptorLimit descriptors = descriptor_limit())
      : executor_(std::move(executor)), descriptors_(descriptors) {}

  Dialled<Datagrams> dial_datagrams(const boost::asio::ip::udp::endpoint& remote,
                                    const boost::asio::ip::udp::endpoint& local) override;
  Dialled<ByteStream> dial_stream(const boost::asio::ip::udp::endpoint& remote,
                                  const boost::asio::ip::udp::endpoint& local) override;

 private:
  Descriptor open(const boost::asio::ip::udp::endpoint& remote, int type) const;

  boost::asio::any_io_executor executor_;
  DescriptorLimit descriptors_;
};

}  // namespace catena::net
