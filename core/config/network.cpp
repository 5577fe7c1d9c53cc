// SPDX-License-Identifier: Apache-2.0
#include "core/config/network.hpp"

#include "core/config/values.hpp"

#include <fmt/format.h>

namespace catena::config {
namespace {

template <class Bytes>
Bytes masked(Bytes bytes, unsigned bits) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned here = bits > 8 * i ? std::min(8u, bits - static_cast<unsigned>(8 * i)) : 0;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00u >> here));
  }
  return bytes;
}

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.find('%') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto address = parse_address(text.substr(0, slash));
  const auto bits = parse_unsigned(text.substr(slash + 1));
  if (!address || !bits || *bits > (address->is_v4() ? 32u : 128u)) return std::nullopt;
  const auto size = static_cast<unsigned>(*bits);
  if (address->is_v4()) {
    return Network{boost::asio::ip::address_v4(masked(address->to_v4().to_bytes(), size)), size};
  }
  return Network{boost::asio::ip::address_v6(masked(address->to_v6().to_bytes(), size)), size};
}

std::string to_text(const Network& network) {
  return fmt::format("{}/{}", network.address.to_string(), network.bits);
}

}  // namespace catena::config
