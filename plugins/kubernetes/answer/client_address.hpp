// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/kubernetes/store/address.hpp"

namespace catena::kubernetes {

/// Whom a query came from, as the store's indexes of pods know it.
inline Address client_address(const Query& query) {
  const asio::ip::address client = query.transport().client.address();
  return client.is_v4() ? Address::of(client.to_v4().to_bytes())
                        : Address::of(client.to_v6().to_bytes());
}

}  // namespace catena::kubernetes
