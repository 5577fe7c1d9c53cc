// SPDX-License-Identifier: Apache-2.0
#include "core/server/meters.hpp"

namespace catena::server {
namespace {

// In the order of Limit.
constexpr std::array kLimitNames{"unfinished_message", "unread_answers", "idle_connection",
                                 "waiting_query",      "new_query",      "new_connection",
                                 "connections",        "descriptors"};

}  // namespace

Meters::Meters(metrics::Registry& registry)
    : panics(
          registry.counter("coredns_panics_total", "A metrics that counts the number of panics.")),
      spoiled(registry.counter("catena_responses_spoiled_total",
                               "Responses that could not be made whole, answered with SERVFAIL.")),
      gate_ignored(registry.counter("catena_messages_ignored_total",
                                    "Messages that are no query and got no reply.")),
      gate_refused(registry.counter("catena_messages_refused_total",
                                    "Messages answered with an error before any plugin.")),
      udp_cut(registry.counter("catena_udp_queries_cut_total",
                               "Datagrams longer than the receive buffer.")),
      udp_unsent(registry.counter("catena_udp_responses_unsent_total",
                                  "Responses that a UDP socket did not take.")),
      tcp_timeouts(registry.counter("catena_tcp_connections_closed_total",
                                    "Connections that ended early.",
                                    {{"reason", "timeout"}})),
      tcp_accept_failures(registry.counter("catena_tcp_accept_failures_total",
                                           "Connections that could not be accepted.")),
      background_refused(registry.counter("catena_background_queries_refused_total",
                                          "Background queries refused because too many run.")) {
  static_assert(kLimitNames.size() == kLimits);
  for (std::size_t i = 0; i < kLimits; ++i) {
    refused_[i] = &registry.counter("catena_refused_total",
                                    "What clients were refused at a limit of the server.",
                                    {{"reason", kLimitNames[i]}});
  }
}

void Dropped::count(Lane lane, const Query& query, TimePoint now) {
  meters_.count(lane, RequestMeters::client_side_of(query),
                {.rcode = query.response().rcode,
                 .size = query.response().uncompressed_size(query.asked().question),
                 .seconds = std::chrono::duration<double>(now - query.arrived()).count()});
}

void Dropped::count_without_question(Lane lane, const Transport& transport) {
  meters_.count(
      lane,
      {.tcp = to_string(transport.protocol) == "tcp", .v6 = transport.client.address().is_v6()},
      {.rcode = dns::Rcode::ServFail, .size = dns::kHeaderSize});
}

}  // namespace catena::server
