// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include <fmt/format.h>

namespace catena::multisocket {
namespace {

constexpr long kMost = 1024;

}  // namespace

// multisocket [COUNT]. The server does the work.
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  std::size_t& count = setup.listener().set<SocketCount>().count;
  if (directive.empty()) {
    directive.done();
    return;
  }
  long wanted = 0;
  const auto words = config::unreadable_says("invalid num sockets: '{}'");
  if (directive.required(wanted, words)) {
    if (wanted < 1) {
      directive.error(fmt::format("num sockets can not be zero or negative: {}", wanted));
    } else if (wanted > kMost) {
      directive.error(fmt::format("num sockets exceeds maximum ({}): {}", kMost, wanted));
    } else {
      count = static_cast<std::size_t>(wanted);
    }
  }
  directive.done();
}

}  // namespace catena::multisocket
