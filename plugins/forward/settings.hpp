// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/client/upstream.hpp"
#include "core/config/values.hpp"
#include "core/dns/name.hpp"
#include "core/dns/numbers.hpp"
#include "core/plugin/zones.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace catena::forward {

enum class Policy : std::uint8_t { random, round_robin, sequential };

/// Which transport leads to the upstream.
enum class Carry : std::uint8_t { as_client, prefer_udp, force_tcp };

enum class Scheme : std::uint8_t { dns, tls };

/// One place where questions go: an address, or a host name that is looked up at the start.
struct Target {
  Scheme scheme = Scheme::dns;
  client::Endpoint endpoint;
  std::string interface;  ///< Of a link-local address: "eth0"; empty for others.
  std::string host;       ///< Empty for an address.
  std::uint16_t port = 53;
  std::string server_name;  ///< `%NAME` with TLS: expected in the certificate; empty: not given.
};

/// One `forward` line.
struct Settings {
  dns::Name from;
  Zones except;
  std::vector<Target> targets;

  Policy policy = Policy::random;
  Carry carry = Carry::as_client;
  std::uint32_t max_fails = 2;  ///< 0: no health checks, never down.
  std::optional<std::uint32_t>
      max_connect_attempts;  ///< 0: no limit; default: 2 for each upstream.
  Duration read_timeout = std::chrono::seconds(2);
  std::int64_t max_concurrent = 0;  ///< 0: no limit.
  std::vector<dns::Rcode> next;
  std::vector<dns::Rcode> failover;
  bool next_on_nodata = false;
  bool failfast_all_unhealthy = false;
  std::vector<client::Endpoint> resolvers;
  std::string tls_servername;        ///< Expected of all upstreams with TLS; empty: not given.
  client::UpstreamOptions upstream;  ///< With the TLS of those that have it.
};

}  // namespace catena::forward
