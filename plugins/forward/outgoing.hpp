// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/request.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/wire_hook.hpp"

#include <optional>

namespace catena::forward {

/// The client's message as upstreams get it: the question as plugins have left it, header bits,
/// EDNS and all records that came with it (a NOTIFY's SOA). What is signed goes byte by byte, but
/// for its id (RFC 8945 section 5.5). In the query's arena. Nothing where there is no room, or
/// where a record cannot be read.
std::optional<client::Request> outgoing(Query& query);

/// Has the query's wire hooks do their part, once for all upstreams that are asked.
Passed run_hooks(const Query& query, client::Request& request);

}  // namespace catena::forward
