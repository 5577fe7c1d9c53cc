// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/network.hpp"

#include "core/config/subnet.hpp"

#include <algorithm>

namespace catena::loadbalance {

std::optional<Network> Network::parse(std::string_view text) {
  const auto parsed = config::parse_subnet(text);
  if (!parsed) return std::nullopt;
  const auto& address = parsed->address;
  Network network;
  network.bits_ = static_cast<std::uint8_t>(parsed->bits);
  network.size_ = address.is_v4() ? 4 : 16;
  if (address.is_v4()) {
    std::ranges::copy(address.to_v4().to_bytes(), network.bytes_.begin());
  } else {
    std::ranges::copy(address.to_v6().to_bytes(), network.bytes_.begin());
  }
  return network;
}

bool Network::contains(std::span<const std::uint8_t> address) const {
  if (address.size() != size_) return false;
  const std::size_t whole = bits_ / 8u;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  bytes_.begin())) {
    return false;
  }
  const unsigned rest = bits_ % 8u;
  return rest == 0 || ((address[whole] ^ bytes_[whole]) >> (8u - rest)) == 0;
}

}  // namespace catena::loadbalance
