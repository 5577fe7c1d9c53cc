// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_addresses.hpp"

#include "plugins/kubernetes/store/address.hpp"

#include <vector>

namespace catena::kubernetes {

/// The addresses among those of the host's interfaces that others reach it by: all but 127.0.0.0/8
/// and ::1, whatever the interface. Anycast and virtual addresses mostly sit on `lo`.
std::vector<Address> own_addresses(const std::vector<InterfaceAddress>& interfaces);

}  // namespace catena::kubernetes
