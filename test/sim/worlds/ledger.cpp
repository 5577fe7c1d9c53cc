// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/ledger.hpp"

namespace catena::sim {

void Ledger::started(std::size_t configuration, std::string_view plugin) {
  running_[configuration].emplace_back(plugin);
}

void Ledger::stopped(std::size_t configuration, std::string_view plugin) {
  const auto known = running_.find(configuration);
  if (known == running_.end()) return expect(false, "{} stops and has not started", plugin);
  expect(known->second.back() == plugin, "{} stops before {}", plugin, known->second.back());
  known->second.pop_back();
  if (known->second.empty()) running_.erase(known);
}

}  // namespace catena::sim
