// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/lane.hpp"
#include "core/base/random.hpp"
#include "core/net/deadlines.hpp"
#include "core/net/network.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace catena::client {

/// What all upstreams of one worker share: its event loop, time, random numbers, deadlines and
/// receive buffers. `clock`, `deadlines` and `network`, which are those of the event loop, and
/// `random` must outlive it. One thread.
class UpstreamLoop {
 public:
  /// Datagrams that are taken in one system call.
  static constexpr std::size_t kBatch = 16;
  static constexpr std::size_t kBufferSize = 65536;

  UpstreamLoop(boost::asio::any_io_executor executor,
               const Clock& clock,
               net::Deadlines& deadlines,
               net::Network& network,
               Random& random,
               Lane lane)
      : executor_(std::move(executor)),
        clock_(&clock),
        deadlines_(&deadlines),
        network_(&network),
        random_(&random),
        lane_(lane),
        buffers_(std::make_unique_for_overwrite<std::uint8_t[]>(kBatch * kBufferSize)) {}

  const boost::asio::any_io_executor& executor() const { return executor_; }
  TimePoint now() const { return clock_->now(); }
  net::Deadlines& deadlines() const { return *deadlines_; }
  net::Network& network() const { return *network_; }
  Random& random() const { return *random_; }
  Lane lane() const { return lane_; }

  /// kBufferSize bytes for datagram `index` of a batch. Pages that no datagram ever reached cost
  /// nothing.
  std::uint8_t* buffer(std::size_t index) const { return buffers_.get() + index * kBufferSize; }

 private:
  boost::asio::any_io_executor executor_;
  const Clock* clock_;
  net::Deadlines* deadlines_;
  net::Network* network_;
  Random* random_;
  Lane lane_;
  std::unique_ptr<std::uint8_t[]> buffers_;
};

}  // namespace catena::client
