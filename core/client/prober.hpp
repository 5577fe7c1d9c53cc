// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/call.hpp"

#include <optional>
#include <vector>

namespace catena::client {

class Channel;

/// Asks an upstream `NS domain` again and again until it answers anything at all. Starts after an
/// exchange failed, at once, and only if no other worker is at it. One thread.
class Prober final : private Waiter, private net::Deadline {
 public:
  explicit Prober(Channel& channel) : channel_(&channel) {}
  ~Prober() override { close(); }

  /// No effect while somebody probes this upstream.
  void start();

  void close();

 private:
  void ask();
  void finished(Call& call) override;
  void wait();
  void due() override { ask(); }

  Channel* channel_;
  std::vector<std::uint8_t> room_;
  std::optional<Request> request_;
  std::optional<Call> call_;
  bool claimed_ = false;
};

}  // namespace catena::client
