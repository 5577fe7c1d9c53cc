// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/policy.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace catena::forward {
namespace {

void shuffle(std::span<std::uint16_t> order, Random& random) {
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
  }
}

}  // namespace

void Order::fill(std::span<std::uint16_t> order, Random& random) const {
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  if (order.size() < 2 || policy_ == Policy::sequential) return;
  if (policy_ == Policy::random) return shuffle(order, random);
  // The one whose turn it is comes first, the others stay in the order of the list.
  const std::uint32_t turn = turn_.fetch_add(1, std::memory_order_relaxed) + 1;
  const auto first = static_cast<std::ptrdiff_t>(turn % order.size());
  std::rotate(order.begin(), order.begin() + first, order.begin() + first + 1);
}

}  // namespace catena::forward
