// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/numbers.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace catena::sim {

/// A number of 16 bits as it is sent; higher bits are left out.
std::array<std::uint8_t, 2> two_bytes(std::size_t value);

/// The bytes of a question of class IN, with RD.
std::vector<std::uint8_t> question_of(std::string_view name, dns::Type type, std::size_t id);

}  // namespace catena::sim
