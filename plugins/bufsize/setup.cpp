// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/bufsize/bufsize.hpp"

namespace catena::bufsize {

// bufsize [SIZE]: 512 to 4096 bytes. Of several lines the first counts, as in CoreDNS.
void setup(Setup& setup) {
  config::Directive& directive = setup.directives().front();
  // What passes nearly all networks in one piece (DNS flag day 2020).
  std::uint16_t bytes = 1232;
  directive.optional(bytes, config::between(512, 4096));
  directive.done();
  setup.add(std::make_unique<Bufsize>(bytes));
}

}  // namespace catena::bufsize
