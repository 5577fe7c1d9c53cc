// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/store/service.hpp"
#include "plugins/kubernetes/store/shown.hpp"

namespace catena::kubernetes {

/// Adds up all that questions about a service are answered with, PTR records included: the serial
/// of a zone moves when this does. Any thread.
Shown shown_records(Key service_key,
                    const ServiceState& state,
                    ServiceOrigin origin,
                    ZonalNames zonal);

}  // namespace catena::kubernetes
