// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/registry.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace catena::sim {

/// A zone that is another one every few seconds, as a plugin holds it that *transfer* hands out.
/// A serial says all of it: so many TXT records that show it.
constexpr std::string_view kChangingZone = "zone.sim.";

/// Seconds since 1970 to the serial at that time.
std::uint32_t serial_at(std::uint64_t seconds);
/// How many records beside the SOA.
std::size_t records_with(std::uint32_t serial);
/// "r3.zone.sim. 60 IN TXT ..."
std::string record_with(std::uint32_t serial, std::size_t index);

/// `times`, `secret` and `tsig` of the ways in, *transfer*, and behind it the zone.
PluginList changing_zone_plugins();

}  // namespace catena::sim
