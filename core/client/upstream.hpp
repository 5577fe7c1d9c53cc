// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/metrics.hpp"
#include "core/client/fault.hpp"
#include "core/client/health.hpp"
#include "core/dns/name.hpp"
#include "core/net/tls_context.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace catena::client {

/// The question that shows whether a server lives.
struct HealthCheck {
  Duration interval = std::chrono::milliseconds(500);
  bool recursion_desired = true;
  dns::Name domain;
  Wire wire = Wire::udp;
};

/// How the sockets towards a server are kept.
struct UpstreamOptions {
  Duration expire = std::chrono::seconds(10);  ///< An unused connection is closed after it.
  Duration max_age = Duration::zero();  ///< A connection is not used any longer; 0: no limit.
  Duration dial_limit = std::chrono::seconds(30);  ///< Cap of the adaptive dial timeout.
  std::size_t max_idle = 0;  ///< Unused connections that stay open; 0: no limit.
  std::optional<asio::ip::address> source;
  HealthCheck health_check;

  /// With it everything goes over TLS, probes too, whatever a plan says.
  std::shared_ptr<const net::TlsContext> tls;
  /// Expected in the server's certificate, and told to it; empty: its address is expected.
  std::string tls_name;
};

enum class Encryption : std::uint8_t { none, tls };

/// Counted in the lane of the worker.
struct UpstreamCounters {
  /// Under the names of CoreDNS's proxies: `to` is the upstream's name.
  UpstreamCounters(metrics::Registry& registry,
                   std::string_view proxy,
                   std::string_view to,
                   Encryption encryption = Encryption::none);

  metrics::Counter* hits[2];    ///< By Wire; with TLS both are those of "tcp-tls".
  metrics::Counter* misses[2];  ///< As hits.
  metrics::Counter* health_failures;
  metrics::Counter* send_pauses;  ///< The kernel had no room for a datagram.
  metrics::Counter* refused;      ///< Faults of During::limit.
};

/// One server that questions go to. Its sockets are the Channels of the workers; what is here is
/// shared by them: read-only, or atomic.
struct Upstream {
  Upstream(const Endpoint& where,
           const UpstreamOptions& how,
           std::shared_ptr<Health> state,
           const UpstreamCounters& count,
           std::string behind = {})
      : endpoint(where),
        interface(std::move(behind)),
        name(to_text(where, interface)),
        options(how),
        health(std::move(state)),
        counters(count) {}

  /// The endpoint that a new socket connects to. The number of an interface is looked up each time,
  /// since it may come later than we, or anew. Nothing while there is no such interface.
  std::optional<Endpoint> reachable_at() const;

  /// How what is to travel in this way does.
  Wire wire(Wire wanted) const { return options.tls ? Wire::tcp : wanted; }

  /// Whose certificate TLS is to show.
  std::string tls_name() const {
    return options.tls_name.empty() ? endpoint.address().to_string() : options.tls_name;
  }

  /// What sockets are bound to: the address of the options, or none in particular.
  asio::ip::address source() const;

  Endpoint endpoint;
  std::string interface;  ///< Of a link-local address: "eth0"; empty for all others.
  std::string name;       ///< "192.0.2.1:53", "[fe80::1%eth0]:53"
  UpstreamOptions options;
  std::shared_ptr<Health> health;
  UpstreamCounters counters;
  mutable DialTimeout dial;
};

}  // namespace catena::client
