// SPDX-License-Identifier: Apache-2.0
#include "core/client/upstream.hpp"

namespace catena::client {
namespace {

metrics::Labels labels_of(std::string_view proxy, std::string_view to, Wire wire) {
  return {{"proxy_name", std::string(proxy)},
          {"to", std::string(to)},
          {"proto", std::string(to_string(wire))}};
}

}  // namespace

UpstreamCounters::UpstreamCounters(metrics::Registry& registry,
                                   std::string_view proxy,
                                   std::string_view to) {
  for (const Wire wire : {Wire::udp, Wire::tcp}) {
    const auto at = static_cast<std::size_t>(wire);
    hits[at] = &registry.counter("coredns_proxy_conn_cache_hits_total",
                                 "Counter of connection cache hits per upstream and protocol.",
                                 labels_of(proxy, to, wire));
    misses[at] = &registry.counter("coredns_proxy_conn_cache_misses_total",
                                   "Counter of connection cache misses per upstream and protocol.",
                                   labels_of(proxy, to, wire));
  }
  health_failures = &registry.counter(
      "coredns_proxy_healthcheck_failures_total", "Counter of the number of failed healthchecks.",
      {{"proxy_name", std::string(proxy)}, {"to", std::string(to)}});
}

}  // namespace catena::client
