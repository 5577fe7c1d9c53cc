// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/meters.hpp"

#include <functional>

namespace catena::cache {
namespace {

using metrics::Labels;

Labels with_type(const Labels& labels, const std::string& type) {
  return {labels[0], {"type", type}, labels[1], labels[2]};
}

Meter::PerClass class_meter(metrics::Registry& registry,
                            const Labels& labels,
                            const std::string& type) {
  const Labels typed = with_type(labels, type);
  return {
      .entries = &registry.gauge("coredns_cache_entries", "Answers in the cache.", typed),
      .hits =
          &registry.counter("coredns_cache_hits_total", "Queries answered from the cache.", typed),
      .evictions = &registry.counter("coredns_cache_evictions_total",
                                     "Answers taken out to make room for others.", typed),
  };
}

Meter make_meter(metrics::Registry& registry, const std::string& server, const std::string& zones) {
  const Labels labels = {{"server", server}, {"zones", zones}, {"view", ""}};
  return {
      .requests =
          &registry.counter("coredns_cache_requests_total", "Queries that the cache saw.", labels),
      .misses = &registry.counter("coredns_cache_misses_total",
                                  "Queries that it had no answer for.", labels),
      .prefetch = &registry.counter("coredns_cache_prefetch_total",
                                    "Answers asked for again before or after their end.", labels),
      .drops = &registry.counter("coredns_cache_drops_total",
                                 "Answers that could not be kept: too large, or for one network.",
                                 labels),
      .served_stale = &registry.counter("coredns_cache_served_stale_total",
                                        "Queries answered after the end of the TTL.", labels),
      .success = class_meter(registry, labels, "success"),
      .denial = class_meter(registry, labels, "denial"),
  };
}

}  // namespace

Meters::Meters(metrics::Registry& registry,
               std::span<const ServerLabel> servers,
               const Zones& zones) {
  const std::string zone_label = zones.to_text();
  const std::function<Meter(const std::string&)> make = [&](const std::string& server) {
    return make_meter(registry, server, zone_label);
  };
  meters_ = PerServer<Meter>(servers, make);
  first_ = make(servers.empty() ? std::string() : servers.front().text);
}

}  // namespace catena::cache
