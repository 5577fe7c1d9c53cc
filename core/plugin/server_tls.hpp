// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_context.hpp"
#include "core/plugin/listener_settings.hpp"

#include <memory>
#include <optional>

namespace catena {

/// What a block's encrypted listeners show their clients, and want of them (the plugin tls). All
/// blocks of a listener must agree, as in CoreDNS 1.15; nobody chooses between them by name.
struct ServerTls {
  std::shared_ptr<net::TlsContext> context;  ///< Null: plain text.
  net::TlsPolicy policy;  ///< As of this configuration; the context may still have another one.

  static ServerTls of_listener(Said<ServerTls> blocks, std::optional<Disagreement>& disagreement);
};

}  // namespace catena
