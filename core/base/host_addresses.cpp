// SPDX-License-Identifier: Apache-2.0
#include "core/base/host_addresses.hpp"

#include <array>
#include <ifaddrs.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>

namespace catena {
namespace {

std::optional<std::string> text_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  const bool v4 = address->sa_family == AF_INET;
  if (!v4 && address->sa_family != AF_INET6) return std::nullopt;
  std::array<char, NI_MAXHOST> text;
  const socklen_t size = v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  // NI_NUMERICHOST adds %interface to link-local addresses by itself.
  if (getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return std::nullopt;
  }
  return std::string(text.data());
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  std::vector<InterfaceAddress> addresses;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (auto text = text_of(one->ifa_addr)) addresses.push_back({one->ifa_name, std::move(*text)});
  }
  return addresses;
}

}  // namespace catena
