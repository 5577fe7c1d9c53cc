// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/own_addresses.hpp"

namespace catena::kubernetes {
namespace {

bool is_loopback(const Address& address) {
  return address.is_v4() ? address.bytes[0] == 127 : address == *parse_address("::1");
}

}  // namespace

std::vector<Address> own_addresses(const std::vector<InterfaceAddress>& interfaces) {
  std::vector<Address> addresses;
  for (const InterfaceAddress& one : interfaces) {
    const auto address = parse_address(one.address.substr(0, one.address.find('%')));
    if (address && !is_loopback(*address)) addresses.push_back(*address);
  }
  return addresses;
}

}  // namespace catena::kubernetes
