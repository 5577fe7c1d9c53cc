// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"
#include "core/plugin/zones.hpp"

#include "plugins/kubernetes/answer/grammar.hpp"
#include "plugins/kubernetes/store/address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace catena::kubernetes {

enum class PodMode : std::uint8_t { disabled, insecure, verified };

/// What a block says about answers. Never changes after setup, but for the local addresses, which
/// are known when the server starts.
struct AnswerSettings {
  Zones zones;
  dns::Name primary_zone;  ///< The first that is not a reverse zone: PTR targets live there.
  std::uint32_t ttl = 5;   ///< Seconds, 0 to 3600.
  PodMode pods = PodMode::disabled;
  std::vector<std::string> namespaces;  ///< Wire labels, lower case; empty: all.
  Zones multicluster;                   ///< Of `zones`: those that answer from imports only.
  bool ignore_empty_service = false;
  bool zonal = false;
  std::vector<Address> local_addresses;  ///< This server's own, for NS at the apex.

  /// How names in `zone`, one of `zones`, are to be read.
  Grammar grammar(dns::NameView zone) const {
    if (multicluster.contains(zone)) return Grammar::multicluster;
    return zonal ? Grammar::zonal : Grammar::plain;
  }
};

}  // namespace catena::kubernetes
