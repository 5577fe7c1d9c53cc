// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

namespace catena::test {

/// Sets up `bind ADDRESS...` for a server without the plugin *bind*: no address is looked up.
inline void set_up_bind(Setup& setup) {
  auto& binding = setup.listener().set<Binding>();
  for (config::Directive& directive : setup.directives()) {
    while (const config::Word* word = directive.take()) {
      binding.addresses.push_back(word->text);
    }
    directive.done();
  }
}

}  // namespace catena::test
