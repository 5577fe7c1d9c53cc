// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/call.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>

namespace catena::client {

/// Calls of one channel that are over although begin() has not returned yet: their waiters are told
/// in the next turn of the event loop, or when the channel closes, whichever comes first. One
/// thread.
class Parked final : public Carrier {
 public:
  explicit Parked(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void add(Call& call);

  /// Tells all that are here now; those that come meanwhile have their own turn.
  void tell();

  /// They have no deadline any more.
  void expired(Call&) override {}
  void forget(Call& call) override;

 private:
  asio::any_io_executor executor_;
  std::deque<Call*> calls_;
  bool posted_ = false;
  std::shared_ptr<Parked> alive_{this, [](Parked*) {}};  // For the posted turn's weak pointer.
};

}  // namespace catena::client
