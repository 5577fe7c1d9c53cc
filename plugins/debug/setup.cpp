// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

namespace catena::debug {

// The server does the work: it turns DEBUG lines on, and lets exceptions end the process.
void setup(Setup& setup) {
  for (config::Directive& directive : setup.directives()) directive.done();
  setup.listener().set<Debugging>().on = true;
}

}  // namespace catena::debug
