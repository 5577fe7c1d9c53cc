// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/descriptors.hpp"
#include "core/net/descriptor.hpp"
#include "core/net/network.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace catena::net {

/// A stream's peer that vanishes while nobody says anything: not noticed, or by the kernel within
/// 30 s (keep-alive after 5 s, every 5 s, and TCP_USER_TIMEOUT).
enum class Silence : std::uint8_t { endured, watched };

/// Sockets of the kernel, non-blocking, on one event loop. Descriptors have numbers below
/// `descriptors`: EMFILE, as if there were no more.
class KernelNetwork final : public Network {
 public:
  explicit KernelNetwork(boost::asio::any_io_executor executor,
                         std::size_t descriptors = descriptor_limit().for_upstreams(),
                         Silence silence = Silence::endured)
      : executor_(std::move(executor)), descriptors_(descriptors), silence_(silence) {}

  Dialled<Datagrams> dial_datagrams(const boost::asio::ip::udp::endpoint& remote,
                                    const boost::asio::ip::udp::endpoint& local) override;
  Dialled<ByteStream> dial_stream(const boost::asio::ip::udp::endpoint& remote,
                                  const boost::asio::ip::udp::endpoint& local) override;

 private:
  Descriptor open(const boost::asio::ip::udp::endpoint& remote, int type) const;

  boost::asio::any_io_executor executor_;
  std::size_t descriptors_;
  Silence silence_;
};

}  // namespace catena::net
