// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/bytes.hpp"
#include "core/dns/rdata.hpp"

#include <optional>
#include <span>

namespace catena::dns {

using Bytes = std::span<const std::uint8_t>;

/// Bytes that `field` takes at the start of `rest`, the rest of one record's data; nothing if it
/// does not fit or its inside is wrong. Names must be uncompressed.
std::optional<std::size_t> field_size(Field field, Bytes rest);

/// RFC 4034 section 4.1.2: windows in ascending order, 1 to 32 bytes each.
bool type_bitmap_is_whole(Bytes bytes);

/// RFC 9460 section 2.2: keys in ascending order, each value whole.
bool service_params_are_whole(Bytes bytes);

}  // namespace catena::dns
