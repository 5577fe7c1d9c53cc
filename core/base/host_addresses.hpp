// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace catena {

/// One address of one interface of this host.
struct InterfaceAddress {
  std::string interface;
  std::string address;  ///< With %interface where it is link-local.
};

/// All IPv4 and IPv6 addresses of this host at this moment.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace catena
