// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/dns/numbers.hpp"

#include <array>
#include <atomic>
#include <string>

namespace catena::forward {

/// coredns_proxy_request_duration_seconds of one upstream. A series appears with the first reply
/// that has its rcode, and only then a lock is taken. Any thread.
class Durations {
 public:
  Durations(metrics::Registry& registry, std::string to)
      : registry_(&registry), to_(std::move(to)) {}
  void observe(Lane lane, dns::Rcode rcode, double seconds) const;

 private:
  static constexpr std::size_t kNamed = 24;  // Rcodes above have no names and share a series.
  metrics::Histogram& histogram(dns::Rcode rcode) const;

  metrics::Registry* registry_;
  std::string to_;
  mutable std::array<std::atomic<metrics::Histogram*>, kNamed + 1> by_rcode_{};
};

/// What a `forward` counts beside its upstreams; one for the process.
struct Metrics {
  explicit Metrics(metrics::Registry& registry);
  metrics::Counter* healthcheck_broken;
  metrics::Counter* max_concurrent_rejects;
};

}  // namespace catena::forward
