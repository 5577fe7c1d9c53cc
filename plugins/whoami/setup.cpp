// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/whoami/whoami.hpp"

namespace catena::whoami {

void setup(Setup& setup) {
  for (config::Directive& directive : setup.directives()) directive.done();
  setup.add(std::make_unique<Whoami>());
}

}  // namespace catena::whoami
