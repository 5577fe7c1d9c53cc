// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/request_meters.hpp"
#include "core/server/configuration.hpp"

#include <array>
#include <string>

namespace catena::server {

/// What a client loses, or does not get, where the server has no more memory, connections or
/// descriptors for it: the label of one metric, listed in core/README. The first four have made
/// room for others.
enum class Limit : std::uint8_t {
  unfinished_message,  ///< A connection ended that held the beginning of a message.
  unread_answers,      ///< A connection ended whose client did not take its answers.
  idle_connection,     ///< A connection ended that had nothing to do.
  waiting_query,       ///< A query that had waited for longest was refused.
  new_query,           ///< No memory for a query that would have to wait.
  new_connection,      ///< No memory for a connection.
  connections,         ///< All connections that there may be are at work.
  descriptors,         ///< The last descriptors are kept for upstreams, API server and pages.
};

/// What the server itself counts. One for the process; any worker.
struct Meters {
  explicit Meters(metrics::Registry& registry);

  metrics::Counter& refused(Limit limit) { return *refused_[static_cast<std::size_t>(limit)]; }

  metrics::Counter& panics;
  metrics::Counter& spoiled;       ///< SERVFAIL: more memory than a query may take, or unsayable.
  metrics::Counter& gate_ignored;  ///< Not a query at all: nothing was said.
  metrics::Counter& gate_refused;  ///< NOTIMP, FORMERR or BADVERS without a chain.
  metrics::Counter& udp_cut;       ///< Queries longer than the receive buffer.
  metrics::Counter& udp_unsent;    ///< Answers that the socket did not take.
  metrics::Counter& tcp_timeouts;  ///< Too slow in sending or taking.
  metrics::Counter& tcp_accept_failures;
  metrics::Counter& background_refused;

 private:
  static constexpr std::size_t kLimits = static_cast<std::size_t>(Limit::descriptors) + 1;
  std::array<metrics::Counter*, kLimits> refused_;
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
