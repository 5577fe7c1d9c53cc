// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/request_meters.hpp"

#include "core/base/made_once.hpp"

#include <algorithm>

namespace catena {
namespace {

using dns::Type;

// The types that have a series of their own, all below 256.
constexpr std::array<Type, 19> kNamed{
    Type::A,     Type::AAAA, Type::CNAME, Type::DNSKEY, Type::DS,  Type::MX,  Type::NSEC,
    Type::NSEC3, Type::NS,   Type::PTR,   Type::RRSIG,  Type::SOA, Type::SRV, Type::TXT,
    Type::HTTPS, Type::SVCB, Type::IXFR,  Type::AXFR,   Type::ANY};

constexpr std::array<std::uint8_t, 256> kNumbers = [] {
  std::array<std::uint8_t, 256> numbers{};
  numbers.fill(kNamed.size());
  for (std::size_t i = 0; i < kNamed.size(); ++i) {
    numbers[static_cast<std::size_t>(kNamed[i])] = static_cast<std::uint8_t>(i);
  }
  return numbers;
}();

std::uint8_t number_of(Type type) {
  const auto value = static_cast<std::size_t>(type);
  return value < kNumbers.size() ? kNumbers[value] : kNamed.size();
}

std::string type_text(std::size_t number) {
  return number < kNamed.size() ? dns::to_string(kNamed[number]) : "other";
}

// Upstreams choose among 4,096 codes, so those without a name share a series.
std::string rcode_text(std::size_t rcode, std::size_t other) {
  if (rcode == other) return "other";
  std::string text = dns::to_string(static_cast<dns::Rcode>(rcode));
  return text.front() >= '0' && text.front() <= '9' ? "RCODE" + text : text;
}

const char* protocol_text(bool tcp) { return tcp ? "tcp" : "udp"; }

}  // namespace

RequestMeters::RequestMeters(metrics::Registry& registry, SeriesLabels series)
    : registry_(registry), series_(std::move(series)) {}

RequestMeters::ClientSide RequestMeters::client_side_of(const Query& query) {
  const Transport& transport = query.transport();
  return {.tcp = to_string(transport.protocol) == "tcp",
          .v6 = transport.client.address().is_v6(),
          .dnssec_ok = query.asked().dnssec_ok(),
          .type = number_of(query.asked().question.type),
          .size = query.size()};
}

void RequestMeters::count(Lane lane, const ClientSide& request, const ServerSide& reply) {
  requests(request).add(lane);
  responses(reply).add(lane);
  durations().observe(lane, reply.seconds);
  request_sizes(request.tcp).observe(lane, static_cast<double>(request.size));
  response_sizes(request.tcp).observe(lane, static_cast<double>(reply.size));
  if (request.dnssec_ok) with_do().add(lane);
}

metrics::Labels RequestMeters::labels(metrics::Labels more) const {
  more.insert(more.end(),
              {{"server", series_.server}, {"zone", series_.zone}, {"view", series_.view}});
  return more;
}

metrics::Counter& RequestMeters::requests(const ClientSide& request) {
  const std::size_t slot =
      (std::size_t{request.tcp} * 2 + std::size_t{request.v6}) * kTypes + request.type;
  return made_once(requests_[slot], [&]() -> metrics::Counter& {
    return registry_.counter("coredns_dns_requests_total",
                             "Counter of DNS requests made per zone, protocol and family.",
                             labels({{"proto", protocol_text(request.tcp)},
                                     {"family", request.v6 ? "2" : "1"},
                                     {"type", type_text(request.type)}}));
  });
}

metrics::Counter& RequestMeters::responses(const ServerSide& reply) {
  const std::size_t rcode = std::min(static_cast<std::size_t>(reply.rcode), kRcodes - 1);
  const bool by_plugin = reply.writer == Writer::plugin;
  return made_once(responses_[std::size_t{by_plugin} * kRcodes + rcode], [&]() -> auto& {
    return registry_.counter("coredns_dns_responses_total", "Counter of response status codes.",
                             labels({{"rcode", rcode_text(rcode, kRcodes - 1)},
                                     {"plugin", by_plugin ? series_.plugin : ""}}));
  });
}

metrics::Counter& RequestMeters::with_do() {
  return made_once(with_do_, [&]() -> metrics::Counter& {
    return registry_.counter("coredns_dns_do_requests_total",
                             "Counter of DNS requests with DO bit set per zone.", labels());
  });
}

metrics::Histogram& RequestMeters::durations() {
  return made_once(durations_, [&]() -> metrics::Histogram& {
    return registry_.histogram("coredns_dns_request_duration_seconds",
                               "Histogram of the time (in seconds) each request took per zone.",
                               metrics::time_buckets(), labels());
  });
}

metrics::Histogram& RequestMeters::request_sizes(bool tcp) {
  return made_once(request_sizes_[tcp ? 1 : 0], [&]() -> metrics::Histogram& {
    return registry_.histogram(
        "coredns_dns_request_size_bytes",
        "Size of the EDNS0 UDP buffer in bytes (64K for TCP) per zone and protocol.",
        metrics::size_buckets(), labels({{"proto", protocol_text(tcp)}}));
  });
}

metrics::Histogram& RequestMeters::response_sizes(bool tcp) {
  return made_once(response_sizes_[tcp ? 1 : 0], [&]() -> metrics::Histogram& {
    return registry_.histogram("coredns_dns_response_size_bytes",
                               "Size of the returned response in bytes.", metrics::size_buckets(),
                               labels({{"proto", protocol_text(tcp)}}));
  });
}

}  // namespace catena
