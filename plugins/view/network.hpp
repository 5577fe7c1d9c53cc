// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace catena::view {

enum class Membership : std::uint8_t { inside, outside, bad_address, bad_network };

/// Whether an address is in a network ("10.0.0.0/8", "2001:db8::/32"), both as Go's net package
/// reads them: an IPv4 address in an IPv6 one (::ffff:192.0.2.1) is IPv4, and an address with an
/// interface (fe80::1%eth0) is none.
Membership membership(std::string_view address, std::string_view network);

}  // namespace catena::view
