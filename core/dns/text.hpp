// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/record.hpp"

#include <string>
#include <string_view>

namespace catena::dns {

/// "www.example.org.\t300\tIN\tA\t192.0.2.1".
std::string to_text(const Record& record);

/// One record as `dig` prints it and zone files write it: owner, then TTL and class in any order
/// (class optional, IN), type, data. All types of rdata.hpp and RFC 3597's \# form. Bytes go into
/// the arena. Parentheses, quoted strings and comments as RFC 1035 section 5.1; 3600 s without a
/// TTL. Errors: bad_text, those of names, no_room.
Result<Record> parse_record(std::string_view line, Arena& arena, NameView origin = {});

}  // namespace catena::dns
