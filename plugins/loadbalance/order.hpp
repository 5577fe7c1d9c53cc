// SPDX-License-Identifier: Apache-2.0
// The orders that *loadbalance* brings a row of records into, in place. What is copied meanwhile
// lies in the query's arena; where that is full a row stays as it is.
#pragma once

#include "core/base/arena.hpp"
#include "core/base/random.hpp"
#include "core/dns/record.hpp"

#include "plugins/loadbalance/network.hpp"
#include "plugins/loadbalance/weights.hpp"

#include <span>
#include <vector>

namespace catena::loadbalance {

/// What a policy works with.
struct Tools {
  Arena& arena;
  Random& random;
};

/// CNAMEs first, then all other records as they stand, then A and AAAA shuffled together, then MX
/// shuffled.
void round_robin(std::span<dns::Record> row, const Tools& tools);

/// In the same order, but only one address changes its place: one that is drawn by its weight goes
/// to the front of the addresses. Null weights: all weigh 1. A row without addresses stays.
void weighted(std::span<dns::Record> row, const Weights* weights, const Tools& tools);

/// CNAMEs, then addresses by the first of the networks that has them, those of no network last,
/// then MX, then all others; otherwise as they stand.
void prefer(std::span<dns::Record> row, const std::vector<Network>& networks, Arena& arena);

}  // namespace catena::loadbalance
