// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/http/listen_address.hpp"

#include "plugins/pprof/pprof.hpp"

namespace catena::pprof {

void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  HostPort address{"localhost", 6053};
  directive.optional(http::listen_address(address));
  // Go's rate of blocking events; read, since nothing like it is here.
  int rate = 1;
  for (config::Property& line : directive.each("block")) {
    line.optional(rate, config::unreadable_says("property 'block' invalid integer value '{}'"));
  }
  directive.done();
  auto server = http::PageServer::shared(setup.process().keeper, address, setup.metrics());
  setup.add(std::make_unique<Pprof>(std::move(server), setup.log()));
}

}  // namespace catena::pprof
