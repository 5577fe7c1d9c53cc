// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/order.hpp"

#include <algorithm>
#include <cstdint>

namespace catena::loadbalance {
namespace {

using Row = std::span<dns::Record>;

enum class Group : std::uint8_t { cname, other, address, mx };

Group group_of(const dns::Record& record) {
  switch (record.type) {
    case dns::Type::CNAME:
      return Group::cname;
    case dns::Type::A:
    case dns::Type::AAAA:
      return Group::address;
    case dns::Type::MX:
      return Group::mx;
    default:
      return Group::other;
  }
}

// By rank, those of one rank as they stand. False where there is no room.
template <class Rank>
bool arrange(Row row, Arena& arena, const Rank& rank) {
  if (std::ranges::is_sorted(row, {}, rank)) return true;
  const Row copy = arena.array<dns::Record>(row.size());
  const std::span<std::size_t> ranks = arena.array<std::size_t>(row.size());
  if (copy.empty() || ranks.empty()) return false;
  std::ranges::copy(row, copy.begin());
  std::ranges::transform(row, ranks.begin(), rank);
  const std::size_t last = *std::ranges::max_element(ranks);
  auto place = row.begin();
  for (std::size_t wanted = 0; wanted <= last; ++wanted) {
    for (std::size_t i = 0; i < copy.size(); ++i) {
      if (ranks[i] == wanted) *place++ = copy[i];
    }
  }
  return true;
}

bool arrange_groups(Row row, Arena& arena) {
  return arrange(row, arena, [](const dns::Record& record) {
    return static_cast<std::size_t>(group_of(record));
  });
}

// Of a row in the order of groups.
Row part(Row row, Group group) {
  const auto found = std::ranges::equal_range(row, group, {}, group_of);
  return {found.begin(), found.end()};
}

// Each address is the chosen one with the probability that its weight has among those up to it.
std::size_t draw(Row addresses, const Weights* weights, Random& random) {
  std::size_t chosen = 0;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::uint32_t weight = weights == nullptr ? 1 : weights->of(addresses[i]);
    sum += weight;
    if (random.below(sum) < weight) chosen = i;
  }
  return chosen;
}

}  // namespace

void round_robin(Row row, const Tools& tools) {
  if (!arrange_groups(row, tools.arena)) return;
  shuffle(part(row, Group::address), tools.random);
  shuffle(part(row, Group::mx), tools.random);
}

void weighted(Row row, const Weights* weights, const Tools& tools) {
  const auto is_address = [](const dns::Record& record) {
    return group_of(record) == Group::address;
  };
  if (std::ranges::none_of(row, is_address) || !arrange_groups(row, tools.arena)) return;
  const Row addresses = part(row, Group::address);
  std::swap(addresses.front(), addresses[draw(addresses, weights, tools.random)]);
}

void prefer(Row row, const std::vector<Network>& networks, Arena& arena) {
  const auto rank = [&networks](const dns::Record& record) -> std::size_t {
    const auto has = [&record](const Network& network) { return network.contains(record.rdata); };
    switch (group_of(record)) {
      case Group::cname:
        return 0;
      case Group::address:
        return 1 + static_cast<std::size_t>(std::ranges::find_if(networks, has) - networks.begin());
      case Group::mx:
        return networks.size() + 2;
      default:
        return networks.size() + 3;
    }
  };
  arrange(row, arena, rank);
}

}  // namespace catena::loadbalance
