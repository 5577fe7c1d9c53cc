// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/server_tls.hpp"

namespace catena {
namespace {

std::string_view difference(const ServerTls* one, const ServerTls* other) {
  if ((one == nullptr) != (other == nullptr)) return "TLS is configured for only one server block";
  return one == nullptr ? std::string_view() : net::difference(one->policy, other->policy);
}

}  // namespace

ServerTls ServerTls::of_listener(Said<ServerTls> blocks,
                                 std::optional<Disagreement>& disagreement) {
  for (std::size_t i = 1; i < blocks.size() && !disagreement; ++i) {
    const std::string_view why = difference(blocks.front(), blocks[i]);
    if (!why.empty()) disagreement = Disagreement{0, i, std::string(why)};
  }
  return blocks.front() != nullptr ? *blocks.front() : ServerTls();
}

}  // namespace catena
