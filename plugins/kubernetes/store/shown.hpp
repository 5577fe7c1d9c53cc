// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/store/hash_index.hpp"

#include <cstdint>

namespace catena::kubernetes {

struct ServiceState;

/// What zones show of a service, as numbers that differ when the records do; 0: nothing.
struct Shown {
  std::uint64_t inside = 0;                ///< The cluster's own zones, or a multicluster zone.
  std::uint64_t outside = 0;               ///< k8s_external's zones.
  std::uint64_t outside_and_headless = 0;  ///< The same with headless services.
};

enum class ServiceOrigin : std::uint8_t { cluster, import };
enum class ZonalNames : bool { hidden, shown };

/// How records are made is the answers' business, which the store does not know.
using ShowService = Shown (*)(Key service_key,
                              const ServiceState& state,
                              ServiceOrigin origin,
                              ZonalNames zonal);

}  // namespace catena::kubernetes
