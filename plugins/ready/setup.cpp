// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/http/listen_address.hpp"

#include "plugins/ready/readiness.hpp"

namespace catena::ready {

void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Config config;
  directive.optional(http::listen_address(config.address));
  directive.property("monitor",
                     config::one_of(config.monitor, {{"until-ready", Monitor::until_ready},
                                                     {"continuously", Monitor::continuously}}),
                     config::unreadable_says("monitor type '{}' not supported"));
  directive.done();
  Keeper& keeper = setup.process().keeper;
  auto server = http::PageServer::shared(keeper, config.address, setup.metrics());
  auto board = keeper.keep<Board>(OneOfAKind{}, [] { return std::make_shared<Board>(); });
  setup.add(std::make_unique<Readiness>(std::move(config), std::move(server), std::move(board),
                                        setup.log()));
}

}  // namespace catena::ready
