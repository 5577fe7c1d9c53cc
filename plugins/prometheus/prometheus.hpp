// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/http/page_server.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/request_meters.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/prometheus/process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace catena::prometheus {

struct Config {
  HostPort address{"localhost", 9153};
  Zones zones;                       ///< Of the block's keys; the first one is the first key's.
  std::vector<ServerLabel> servers;  ///< In the order of the keys.
};

/// Counts every query of its block, and shows all metrics of the process at /metrics.
class Prometheus final : public Plugin, public Assembled, public Startable {
 public:
  Prometheus(Config config,
             metrics::Registry& registry,
             Log log,
             std::shared_ptr<http::PageServer> server,
             std::shared_ptr<ProcessMetrics> process);

  Reply serve(Query& query, Next next) const override;

  std::string assembled(const Chain& chain) override;
  /// An address that cannot be bound is logged, and no more than that, as in CoreDNS.
  void start() override;
  void stop() override;

 private:
  /// By zone, in the order of the configuration; the last one is for names of none.
  using ByZone = std::vector<std::unique_ptr<RequestMeters>>;

  RequestMeters* meters_for(const Query& query) const;
  void show_plugins();

  Config config_;
  metrics::Registry& registry_;
  Log log_;
  std::shared_ptr<http::PageServer> server_;
  std::shared_ptr<ProcessMetrics> process_;
  PerServer<ByZone> meters_;
  std::string view_;
  std::vector<std::string> plugins_;
  std::vector<metrics::Sampled> enabled_;
  http::PageServer::Mount mount_;
};

}  // namespace catena::prometheus
