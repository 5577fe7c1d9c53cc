// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"
#include "core/server/configuration.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace catena::server {

/// What the server itself counts. One for the process; any worker.
struct Meters {
  explicit Meters(metrics::Registry& registry);

  metrics::Counter& panics;
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

/// Metrics of queries that never reach a chain: zone `dropped`, no view and no plugin (core.md 15).
/// One per listener; any worker. A series is made, under the registry's lock, when it first counts;
/// from then on counting takes no lock.
class Dropped {
 public:
  Dropped(metrics::Registry& registry, std::string server);

  /// A query that the server itself answers, when its reply is ready.
  void count(Lane lane, const Query& query, TimePoint now);

  /// A message without a question, which gets SERVFAIL.
  void count_without_question(Lane lane, const Transport& transport);

 private:
  static constexpr std::size_t kTypes = 20;  // The named ones and "other".
  static constexpr std::size_t kRcodes = 16;
  struct Seen {
    std::size_t protocol;  // 0 is udp, 1 is tcp.
    std::size_t family;    // 0 is IPv4, 1 is IPv6.
    std::size_t type;
    dns::Rcode rcode;
    std::size_t request_size;
    std::size_t response_size;
    double seconds;
  };
  void count(Lane lane, const Seen& seen);
  metrics::Counter& requests(const Seen& seen);
  metrics::Counter& responses(dns::Rcode rcode);
  metrics::Counter& with_do();
  metrics::Histogram& sizes(std::atomic<metrics::Histogram*>& slot,
                            const char* name,
                            const char* help,
                            std::size_t protocol);
  metrics::Histogram& durations();
  metrics::Labels labels() const;

  metrics::Registry& registry_;
  std::string server_;
  std::array<std::atomic<metrics::Counter*>, 2 * 2 * kTypes> requests_{};
  std::array<std::atomic<metrics::Counter*>, kRcodes> responses_{};
  std::atomic<metrics::Counter*> with_do_{};
  std::array<std::atomic<metrics::Histogram*>, 2> request_sizes_{};
  std::array<std::atomic<metrics::Histogram*>, 2> response_sizes_{};
  std::atomic<metrics::Histogram*> durations_{};
};

}  // namespace catena::server
