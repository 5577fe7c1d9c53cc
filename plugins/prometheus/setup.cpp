// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/http/listen_address.hpp"

#include "plugins/prometheus/prometheus.hpp"

namespace catena::prometheus {

void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Config config;
  config.zones = Zones(setup.block_zones());
  config.servers = setup.servers();
  directive.optional(http::listen_address(config.address));
  // Go's runtime is not here, so there is no more to show of it.
  bool runtime_metrics = false;
  directive.flag("runtime_metrics", runtime_metrics);
  directive.not_in_this_build("tls");
  directive.done();
  Keeper& keeper = setup.process().keeper;
  auto server = http::PageServer::shared(keeper, config.address, setup.metrics());
  auto process = keeper.keep<ProcessMetrics>(
      OneOfAKind{}, [&] { return std::make_shared<ProcessMetrics>(setup.metrics()); });
  // Without the plugin's name in front, as CoreDNS logs what goes wrong here.
  setup.add(std::make_unique<Prometheus>(std::move(config), setup.metrics(), setup.process().log,
                                         std::move(server), std::move(process)));
}

}  // namespace catena::prometheus
