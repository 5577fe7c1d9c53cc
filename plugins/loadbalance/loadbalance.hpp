// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/loadbalance/network.hpp"
#include "plugins/loadbalance/weight_file.hpp"

#include <memory>
#include <vector>

namespace catena::loadbalance {

enum class Policy : std::uint8_t { round_robin, weighted };

struct Settings {
  Policy policy = Policy::round_robin;
  std::string file;  ///< Of weights.
  Duration reload = std::chrono::seconds(30);
  std::vector<Network> preferred;
};

/// Changes the order of the records in answers, on the way back: also of those from the cache.
class LoadBalance final : public Plugin, public Startable {
 public:
  /// `process` outlives it.
  LoadBalance(Settings settings, const Process& process, Log log);

  Reply serve(Query& query, Next next) const override;

  /// Throws std::runtime_error for a weight file that cannot be used.
  void start() override;
  void stop() override;

 private:
  void arrange(Query& query) const;
  void arrange_by_weight(Query& query) const;

  Settings settings_;
  std::unique_ptr<WeightFile> file_;  // Null without weights.
};

}  // namespace catena::loadbalance
