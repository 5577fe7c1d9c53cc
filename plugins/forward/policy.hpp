// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"

#include "plugins/forward/settings.hpp"

#include <atomic>
#include <cstdint>
#include <span>

namespace catena::forward {

/// Decides in which order a query tries the upstreams. Any thread.
class Order {
 public:
  explicit Order(Policy policy) : policy_(policy) {}

  /// Fills `order`, which is as long as the list of upstreams, with their indices.
  void fill(std::span<std::uint16_t> order, Random& random) const;

 private:
  Policy policy_;
  mutable std::atomic<std::uint32_t> turn_{0};  // Written per query only for round_robin.
};

}  // namespace catena::forward
