// SPDX-License-Identifier: Apache-2.0
#include "core/server/meters.hpp"

namespace catena::server {
namespace {

using dns::Type;

constexpr std::array<Type, 19> kNamed{
    Type::A,     Type::AAAA, Type::CNAME, Type::DNSKEY, Type::DS,  Type::MX,  Type::NSEC,
    Type::NSEC3, Type::NS,   Type::PTR,   Type::RRSIG,  Type::SOA, Type::SRV, Type::TXT,
    Type::HTTPS, Type::SVCB, Type::IXFR,  Type::AXFR,   Type::ANY};

std::size_t number_of(Type type) {
  std::size_t i = 0;
  while (i < kNamed.size() && kNamed[i] != type) ++i;
  return i;
}

std::string text_of(std::size_t type) {
  return type < kNamed.size() ? dns::to_string(kNamed[type]) : "other";
}

// Two workers that come here at once get the same metric from the registry.
template <class Metric, class Make>
Metric& made_once(std::atomic<Metric*>& slot, Make&& make) {
  if (Metric* known = slot.load(std::memory_order_acquire)) return *known;
  Metric& made = make();
  slot.store(&made, std::memory_order_release);
  return made;
}

constexpr std::array<const char*, 2> kProtocols{"udp", "tcp"};

}  // namespace

Meters::Meters(metrics::Registry& registry)
    : panics(registry.counter("coredns_panics_total", "Exceptions that escaped from a plugin.")),
      gate_ignored(registry.counter("catena_messages_ignored_total",
                                    "Messages that are no query and got no reply.")),
      gate_refused(registry.counter("catena_messages_refused_total",
                                    "Messages answered with an error before any plugin.")),
      udp_cut(registry.counter("catena_udp_queries_cut_total",
                               "Datagrams longer than the receive buffer.")),
      udp_waiting(registry.counter("catena_udp_queries_dropped_total",
                                   "Queries dropped because too many wait.")),
      udp_unsent(registry.counter("catena_udp_responses_unsent_total",
                                  "Responses that a UDP socket did not take.")),
      tcp_closed_idle(registry.counter("catena_tcp_connections_closed_total",
                                       "Connections that ended early.",
                                       {{"reason", "oldest_idle"}})),
      tcp_refused(registry.counter("catena_tcp_connections_closed_total",
                                   "Connections that ended early.",
                                   {{"reason", "limit"}})),
      tcp_timeouts(registry.counter("catena_tcp_connections_closed_total",
                                    "Connections that ended early.",
                                    {{"reason", "timeout"}})),
      tcp_accept_failures(registry.counter("catena_tcp_accept_failures_total",
                                           "Connections that could not be accepted.")),
      background_refused(registry.counter("catena_background_queries_refused_total",
                                          "Background queries refused because too many run.")) {}

Dropped::Dropped(metrics::Registry& registry, std::string server)
    : registry_(registry), server_(std::move(server)) {}

void Dropped::count(Lane lane, const Query& query, TimePoint now) {
  const Transport& transport = query.transport();
  const dns::Rcode rcode = query.response().rcode;
  count(lane, {.protocol = to_string(transport.protocol) == "tcp",
               .family = transport.client.address().is_v6(),
               .type = number_of(query.type()),
               .rcode = rcode,
               .request_size = query.size(),
               .response_size = query.response().uncompressed_size(query.asked()),
               .seconds = std::chrono::duration<double>(now - query.arrived()).count()});
  if (query.dnssec_ok()) with_do().add(lane);
}

void Dropped::count_without_question(Lane lane, const Transport& transport) {
  count(lane, {.protocol = to_string(transport.protocol) == "tcp",
               .family = transport.client.address().is_v6(),
               .type = kNamed.size(),
               .rcode = dns::Rcode::ServFail,
               .request_size = dns::kHeaderSize,
               .response_size = dns::kHeaderSize,
               .seconds = 0});
}

void Dropped::count(Lane lane, const Seen& seen) {
  requests(seen).add(lane);
  responses(seen.rcode).add(lane);
  durations().observe(lane, seen.seconds);
  sizes(request_sizes_[seen.protocol], "coredns_dns_request_size_bytes",
        "Bytes of a request as it arrived.", seen.protocol)
      .observe(lane, static_cast<double>(seen.request_size));
  sizes(response_sizes_[seen.protocol], "coredns_dns_response_size_bytes",
        "Bytes of a response before compression.", seen.protocol)
      .observe(lane, static_cast<double>(seen.response_size));
}

metrics::Labels Dropped::labels() const {
  return {{"server", server_}, {"zone", "dropped"}, {"view", ""}};
}

metrics::Counter& Dropped::requests(const Seen& seen) {
  const std::size_t slot = (seen.protocol * 2 + seen.family) * kTypes + seen.type;
  return made_once(requests_[slot], [&]() -> metrics::Counter& {
    metrics::Labels all = labels();
    all.insert(all.end(), {{"proto", kProtocols[seen.protocol]},
                           {"family", seen.family == 0 ? "1" : "2"},
                           {"type", text_of(seen.type)}});
    return registry_.counter("coredns_dns_requests_total", "DNS requests.", all);
  });
}

metrics::Counter& Dropped::responses(dns::Rcode rcode) {
  const std::size_t slot = static_cast<std::size_t>(rcode) % kRcodes;
  return made_once(responses_[slot], [&]() -> metrics::Counter& {
    metrics::Labels all = labels();
    all.insert(all.end(), {{"rcode", dns::to_string(rcode)}, {"plugin", ""}});
    return registry_.counter("coredns_dns_responses_total", "DNS responses by status.", all);
  });
}

metrics::Counter& Dropped::with_do() {
  return made_once(with_do_, [&]() -> metrics::Counter& {
    return registry_.counter("coredns_dns_do_requests_total", "DNS requests with the DO bit.",
                             labels());
  });
}

metrics::Histogram& Dropped::sizes(std::atomic<metrics::Histogram*>& slot,
                                   const char* name,
                                   const char* help,
                                   std::size_t protocol) {
  return made_once(slot, [&]() -> metrics::Histogram& {
    metrics::Labels all = labels();
    all.emplace_back("proto", kProtocols[protocol]);
    return registry_.histogram(name, help, metrics::size_buckets(), all);
  });
}

metrics::Histogram& Dropped::durations() {
  return made_once(durations_, [&]() -> metrics::Histogram& {
    return registry_.histogram("coredns_dns_request_duration_seconds",
                               "Seconds from a request to its response.", metrics::time_buckets(),
                               labels());
  });
}

}  // namespace catena::server
