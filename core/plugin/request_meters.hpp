// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace catena {

/// What CoreDNS counts of every query, for one `server`, `zone` and `view`. Any worker. A series is
/// made when it first counts; from then on counting takes no lock and allocates nothing.
class RequestMeters {
 public:
  struct SeriesLabels {
    std::string server;  ///< "dns://:53"
    std::string zone;
    std::string view;
    std::string plugin;  ///< The label of replies that a plugin wrote.
  };
  RequestMeters(metrics::Registry& registry, SeriesLabels series);

  /// The client's side, before plugins change anything. `type` is a number of this class's own.
  struct ClientSide {
    bool tcp = false;
    bool v6 = false;
    bool dnssec_ok = false;
    std::uint8_t type = kTypes - 1;  ///< The last one is "other".
    std::size_t size = dns::kHeaderSize;
  };
  static ClientSide client_side_of(const Query& query);

  /// Who made the reply: a plugin, or the server, since plugins failed or said nothing.
  enum class Writer : std::uint8_t { server, plugin };

  /// The server's side.
  struct ServerSide {
    dns::Rcode rcode = dns::Rcode::NoError;
    Writer writer = Writer::server;
    std::size_t size = 0;  ///< Without compression and OPT; 0 when no plugin wrote anything.
    double seconds = 0;
  };

  void count(Lane lane, const ClientSide& request, const ServerSide& reply);

 private:
  static constexpr std::size_t kTypes = 20;   // The named ones and "other".
  static constexpr std::size_t kRcodes = 25;  // Those that have names are below 24; the others.
  using CounterSlot = std::atomic<metrics::Counter*>;
  using HistogramSlot = std::atomic<metrics::Histogram*>;

  metrics::Counter& requests(const ClientSide& request);
  metrics::Counter& responses(const ServerSide& reply);
  metrics::Counter& with_do();
  metrics::Histogram& durations();
  metrics::Histogram& request_sizes(bool tcp);
  metrics::Histogram& response_sizes(bool tcp);
  metrics::Labels labels(metrics::Labels more = {}) const;

  metrics::Registry& registry_;
  SeriesLabels series_;
  std::array<CounterSlot, 2 * 2 * kTypes> requests_{};
  std::array<CounterSlot, 2 * kRcodes> responses_{};
  CounterSlot with_do_{};
  HistogramSlot durations_{};
  std::array<HistogramSlot, 2> request_sizes_{};
  std::array<HistogramSlot, 2> response_sizes_{};
};

}  // namespace catena
