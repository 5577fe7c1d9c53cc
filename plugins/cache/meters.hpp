// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/cache/cacheability.hpp"

#include <array>
#include <string>
#include <vector>

namespace catena::cache {

/// What is counted for one listener. The registry owns the counters.
struct Meter {
  /// What has a label `type` besides.
  struct PerClass {
    metrics::Gauge* entries;
    metrics::Counter* hits;
    metrics::Counter* evictions;
  };

  metrics::Counter* requests;
  metrics::Counter* misses;
  metrics::Counter* prefetch;
  metrics::Counter* drops;
  metrics::Counter* served_stale;
  metrics::Counter* shared;
  metrics::Counter* share_refused;
  PerClass success;
  PerClass denial;

  const PerClass& of(Fate fate) const { return fate == Fate::denial ? denial : success; }
};

/// The meters of all listeners of a block. Its view is known once all of its plugins are set up:
/// until begin() there are no meters.
class Meters {
 public:
  Meters(metrics::Registry& registry, std::vector<ServerLabel> servers, const Zones& zones)
      : registry_(&registry), servers_(std::move(servers)), zones_(zones.to_text()) {}

  void begin(const std::string& view);

  /// A question that another block of this server asked counts for the block's first listener.
  const Meter& of(const Transport& transport) const {
    const Meter* meter = meters_.find(transport);
    return meter != nullptr ? *meter : first_;
  }

 private:
  metrics::Registry* registry_;
  std::vector<ServerLabel> servers_;
  std::string zones_;
  PerServer<Meter> meters_;
  Meter first_{};
};

}  // namespace catena::cache
