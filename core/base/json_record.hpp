// SPDX-License-Identifier: Apache-2.0
// Records of the log in JSON, as CoreDNS 1.15 writes them: `time`, `level`, `msg`, `plugin`, then
// the fields of the record itself.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/json_object.hpp"
#include "core/base/log.hpp"

#include <string>

namespace catena {

/// All members but the time, without braces.
void append_members(const LogRecord& record, JsonBuffer& out);

/// The whole object: `members` as append_members() wrote them, behind the time in RFC 3339 form
/// with nanoseconds and the local offset.
void append_object(WallTime time, std::string_view members, std::string& out);

/// Both at once, for those who write a record now and then.
std::string to_json(const LogRecord& record, WallTime time);

}  // namespace catena
