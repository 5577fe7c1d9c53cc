// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/request_metrics.hpp"

#include "plugins/kubernetes/api/skipped_objects.hpp"

#include <array>

namespace catena::kubernetes::api {

namespace {

/// Prometheus's own default buckets.
constexpr std::array kBuckets{.005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0};

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

RequestMetrics::RequestMetrics(metrics::Registry& registry, std::string host)
    : registry_(registry),
      host_(std::move(host)),
      duration_(registry.histogram("coredns_kubernetes_rest_client_request_duration_seconds",
                                   "Request latency in seconds. Broken down by verb and host.",
                                   kBuckets,
                                   {{"verb", "GET"}, {"host", host_}})),
      limited_(registry.histogram(
          "coredns_kubernetes_rest_client_rate_limiter_duration_seconds",
          "Client side rate limiter latency in seconds. Broken down by verb and host.",
          kBuckets,
          {{"verb", "GET"}, {"host", host_}})) {}

void RequestMetrics::answered(std::string_view code, Duration took) {
  duration_.observe(Lane::shared, in_seconds(took));
  metrics::Labels labels{{"code", std::string(code)}, {"method", "GET"}, {"host", host_}};
  registry_
      .counter("coredns_kubernetes_rest_client_requests_total",
               "Number of HTTP requests, partitioned by status code, method, and host.",
               std::move(labels))
      .add(Lane::shared);
}

void RequestMetrics::held_back(Duration waited) {
  limited_.observe(Lane::shared, in_seconds(waited));
}

void RequestMetrics::skipped(std::string_view resource,
                             std::string_view reason,
                             std::uint64_t count) {
  if (count != 0) skipped_objects(registry_, resource, reason).add(Lane::shared, count);
}

}  // namespace catena::kubernetes::api
