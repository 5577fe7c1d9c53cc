// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/metrics.hpp"

#include "core/base/made_once.hpp"

#include <algorithm>

namespace catena::forward {

metrics::Histogram& Durations::histogram(dns::Rcode rcode) const {
  const bool named = static_cast<std::size_t>(rcode) < kNamed;
  return registry_->histogram(
      "coredns_proxy_request_duration_seconds", "Histogram of the time each request took.",
      metrics::time_buckets(),
      {{"proxy_name", "forward"}, {"to", to_}, {"rcode", named ? dns::to_string(rcode) : "other"}});
}

void Durations::observe(Lane lane, dns::Rcode rcode, double seconds) const {
  auto& slot = by_rcode_[std::min(static_cast<std::size_t>(rcode), kNamed)];
  made_once(slot, [&]() -> metrics::Histogram& { return histogram(rcode); }).observe(lane, seconds);
}

Metrics::Metrics(metrics::Registry& registry)
    : healthcheck_broken(
          &registry.counter("coredns_forward_healthcheck_broken_total",
                            "Counter of the number of complete failures of the healthchecks.")),
      max_concurrent_rejects(&registry.counter(
          "coredns_forward_max_concurrent_rejects_total",
          "Counter of the number of queries rejected because the concurrent queries were at "
          "maximum.")) {}

}  // namespace catena::forward
