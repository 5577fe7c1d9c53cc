// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/wire_hook.hpp"

#include "core/plugin/query.hpp"

namespace catena {

std::size_t reserved(const Query& query, Way way) {
  std::size_t sum = 0;
  for (const WireHook* hook : query.wire_hooks()) sum += hook->reserves(way);
  return sum;
}

// They came in the order of the chain, from the client on.
Passed run_hooks(const Query& query, WireMessage message) {
  const std::span<WireHook* const> hooks = query.wire_hooks();
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    WireHook* hook = message.way == Way::to_client ? hooks[hooks.size() - 1 - i] : hooks[i];
    const Passed passed = hook->leaving(query, message);
    if (!passed) return passed;
    message.size = *passed;
  }
  return message.size;
}

}  // namespace catena
