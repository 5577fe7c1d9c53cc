// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"
#include "core/config/diagnostics.hpp"
#include "core/dns/name.hpp"
#include "core/plugin/chain.hpp"

#include <vector>

namespace catena::server {

/// Warns of plugins that no question reaches, because others in front of them answer for all of
/// their names (Authority): a second `forward .`, a whoami behind it. `source` is the block of the
/// chain, `zones` its zones.
void warn_of_unreached(const Chain& chain,
                       const config::ServerBlock& source,
                       const std::vector<dns::Name>& zones,
                       config::Diagnostics& diagnostics);

}  // namespace catena::server
