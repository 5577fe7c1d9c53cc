// SPDX-License-Identifier: Apache-2.0
#include "core/client/upstream.hpp"

#include <charconv>
#include <net/if.h>

namespace catena::client {
namespace {

metrics::Labels labels_of(std::string_view proxy, std::string_view to, std::string_view protocol) {
  return {{"proxy_name", std::string(proxy)},
          {"to", std::string(to)},
          {"proto", std::string(protocol)}};
}

// A number is one, as in `fe80::1%2`.
unsigned number_of(const std::string& interface) {
  if (const unsigned number = if_nametoindex(interface.c_str()); number != 0) return number;
  unsigned number = 0;
  const char* end = interface.data() + interface.size();
  const auto [rest, error] = std::from_chars(interface.data(), end, number);
  return error == std::errc() && rest == end ? number : 0;
}

}  // namespace

std::optional<Endpoint> Upstream::reachable_at() const {
  if (interface.empty()) return endpoint;
  const unsigned number = number_of(interface);
  if (number == 0) return std::nullopt;
  asio::ip::address_v6 address = endpoint.address().to_v6();
  address.scope_id(number);
  return Endpoint(address, endpoint.port());
}

asio::ip::address Upstream::source() const {
  if (options.source) return *options.source;
  if (endpoint.address().is_v6()) return asio::ip::address_v6::any();
  return asio::ip::address_v4::any();
}

UpstreamCounters::UpstreamCounters(metrics::Registry& registry,
                                   std::string_view proxy,
                                   std::string_view to,
                                   Encryption encryption) {
  for (const Wire wire : {Wire::udp, Wire::tcp}) {
    const auto at = static_cast<std::size_t>(wire);
    const std::string_view protocol = encryption == Encryption::tls ? "tcp-tls" : to_string(wire);
    hits[at] = &registry.counter("coredns_proxy_conn_cache_hits_total",
                                 "Counter of connection cache hits per upstream and protocol.",
                                 labels_of(proxy, to, protocol));
    misses[at] = &registry.counter("coredns_proxy_conn_cache_misses_total",
                                   "Counter of connection cache misses per upstream and protocol.",
                                   labels_of(proxy, to, protocol));
  }
  health_failures = &registry.counter(
      "coredns_proxy_healthcheck_failures_total", "Counter of the number of failed healthchecks.",
      {{"proxy_name", std::string(proxy)}, {"to", std::string(to)}});
  send_pauses = &registry.counter(
      "catena_proxy_send_pauses_total",
      "Times that questions had to wait since the kernel had no room for a datagram.",
      {{"proxy_name", std::string(proxy)}, {"to", std::string(to)}});
  refused = &registry.counter(
      "catena_proxy_refused_total",
      "Questions that were not sent since too many, or too many bytes, wait for the upstream.",
      {{"proxy_name", std::string(proxy)}, {"to", std::string(to)}});
}

}  // namespace catena::client
