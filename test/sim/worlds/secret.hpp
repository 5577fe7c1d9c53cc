// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

#include "test/sim/client_end.hpp"

#include <memory>

namespace catena::sim {

/// The plugin `secret`: a certificate for encrypted listeners.
void set_up_secret(Setup& setup);

/// A client of such a listener, which does the same whenever it is run: TLS 1.2 without tickets,
/// whose records have the same lengths each time.
std::unique_ptr<ClientEnd> secret_client(std::unique_ptr<net::MemoryPeer> peer);

}  // namespace catena::sim
