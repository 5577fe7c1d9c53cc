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
      .entries =
          &registry.gauge("coredns_cache_entries", "The number of elements in the cache.", typed),
      .hits = &registry.counter("coredns_cache_hits_total", "The count of cache hits.", typed),
      .evictions = &registry.counter("coredns_cache_evictions_total",
                                     "The count of cache evictions.", typed),
  };
}

Meter make_meter(metrics::Registry& registry, const Labels& labels) {
  return {
      .requests =
          &registry.counter("coredns_cache_requests_total", "The count of cache requests.", labels),
      .misses = &registry.counter(
          "coredns_cache_misses_total",
          "The count of cache misses. Deprecated, derive misses from cache hits/requests counters.",
          labels),
      .prefetch =
          &registry.counter("coredns_cache_prefetch_total",
                            "The number of times the cache has prefetched a cached item.", labels),
      .drops = &registry.counter(
          "coredns_cache_drops_total",
          "The number responses that are not cached, because the reply is malformed.", labels),
      .served_stale =
          &registry.counter("coredns_cache_served_stale_total",
                            "The number of requests served from stale cache entries.", labels),
      .shared = &registry.counter(
          "catena_cache_shared_total",
          "Queries that waited for the answer to the same question of another client.", labels),
      .share_refused = &registry.counter(
          "catena_cache_share_refused_total",
          "Queries that failed because too many waited for answers of others.", labels),
      .success = class_meter(registry, labels, "success"),
      .denial = class_meter(registry, labels, "denial"),
  };
}

}  // namespace

void Meters::begin(const std::string& view) {
  const std::function<Meter(const std::string&)> make = [&](const std::string& server) {
    return make_meter(*registry_, {{"server", server}, {"zones", zones_}, {"view", view}});
  };
  meters_ = PerServer<Meter>(servers_, make);
  first_ = make(servers_.empty() ? std::string() : servers_.front().text);
}

}  // namespace catena::cache
