// SPDX-License-Identifier: Apache-2.0
#include "core/config/subnet.hpp"

#include "core/base/ascii.hpp"
#include "core/base/host_port.hpp"
#include "core/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>

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

std::optional<Subnet> parse_subnet(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.find('%') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view length = text.substr(slash + 1);
  if (!std::ranges::all_of(length, is_digit)) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const auto bits = parse_unsigned(length);
  if (!address || !bits || *bits > (address->is_v4() ? 32u : 128u)) return std::nullopt;
  const auto size = static_cast<unsigned>(*bits);
  if (address->is_v4()) {
    return Subnet{boost::asio::ip::address_v4(masked(address->to_v4().to_bytes(), size)), size};
  }
  return Subnet{boost::asio::ip::address_v6(masked(address->to_v6().to_bytes(), size)), size};
}

std::string to_text(const Subnet& subnet) {
  return fmt::format("{}/{}", subnet.address.to_string(), subnet.bits);
}

}  // namespace catena::config
