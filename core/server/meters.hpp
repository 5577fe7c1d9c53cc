// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/request_meters.hpp"
#include "core/server/configuration.hpp"

#include <string>

namespace catena::server {

/// What the server itself counts. One for the process; any worker.
struct Meters {
  explicit Meters(metrics::Registry& registry);

  metrics::Counter& panics;
  metrics::Counter& spoiled;          ///< SERVFAIL: more memory than a query may take, or unsayable.
  metrics::Counter& gate_ignored;     ///< Not a query at all: nothing was said.
  metrics::Counter& gate_refused;     ///< NOTIMP, FORMERR or BADVERS without a chain.
  metrics::Counter& udp_cut;          ///< Queries longer than the receive buffer.
  metrics::Counter& udp_waiting;      ///< Dropped: too many queries wait.
  metrics::Counter& udp_unsent;       ///< Answers that the socket did not take.
  metrics::Counter& tcp_closed_idle;  ///< The oldest idle connection made room for a new one.
  metrics::Counter& tcp_refused;      ///< No room for a connection, none was idle.
  metrics::Counter& tcp_timeouts;     ///< Too slow in sending or taking.
  metrics::Counter& tcp_accept_failures;
  metrics::Counter& background_refused;
};

/// Metrics of queries that never reach a chain: zone `dropped`, no view and no plugin. One per
/// listener; any worker.
class Dropped {
 public:
  Dropped(metrics::Registry& registry, const std::string& server)
      : meters_(registry, {server, "dropped", "", ""}) {}

  /// A query that the server itself answers, when its reply is ready.
  void count(Lane lane, const Query& query, TimePoint now);

  /// A message without a question, which gets SERVFAIL.
  void count_without_question(Lane lane, const Transport& transport);

 private:
  RequestMeters meters_;
};

}  // namespace catena::server
