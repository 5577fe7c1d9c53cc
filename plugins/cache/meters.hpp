// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/cache/verdict.hpp"

#include <array>
#include <span>
#include <string>

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

/// The meters of all listeners of a block.
class Meters {
 public:
  Meters(metrics::Registry& registry, std::span<const ServerLabel> servers, const Zones& zones);

  /// A question that another block of this server asked counts for the block's first listener.
  const Meter& of(const Transport& transport) const {
    const Meter* meter = meters_.find(transport);
    return meter != nullptr ? *meter : first_;
  }

 private:
  PerServer<Meter> meters_;
  Meter first_;
};

}  // namespace catena::cache
