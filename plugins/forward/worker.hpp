// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/channel.hpp"
#include "core/plugin/engine.hpp"

#include <memory>
#include <vector>

namespace catena::forward {

/// One worker's sockets to the upstreams of one `forward`, opened when they are first needed. One
/// thread.
class Worker {
 public:
  explicit Worker(Engine& engine)
      : loop_(engine.executor(),
              engine.clock(),
              engine.deadlines(),
              engine.network(),
              engine.random(),
              engine.lane()) {}

  client::Channel& channel(std::size_t index,
                           const std::shared_ptr<const client::Upstream>& upstream) {
    if (channels_.size() <= index) channels_.resize(index + 1);
    auto& channel = channels_[index];
    if (!channel) channel = std::make_unique<client::Channel>(loop_, upstream);
    return *channel;
  }

  const client::UpstreamLoop& loop() const { return loop_; }

  /// Ends what is under way; nothing new may begin.
  void close() {
    closed_ = true;
    for (const auto& channel : channels_) {
      if (channel) channel->close();
    }
  }
  bool closed() const { return closed_; }

 private:
  client::UpstreamLoop loop_;
  bool closed_ = false;
  std::vector<std::unique_ptr<client::Channel>> channels_;
};

}  // namespace catena::forward
