// SPDX-License-Identifier: Apache-2.0
// Read this first: it is all that an author of a plugin has to know.
#pragma once

#include "core/plugin/chain.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/reply.hpp"

namespace catena {

/// One link of a server block's chain. The same object serves all workers at once, hence `const`:
/// what changes is atomic, per worker (WorkerAware), or behind core/base/epoch.hpp.
///
/// serve() does one of these:
///   return next(query);                               not mine: the others answer
///   query.respond().add(...); return Outcome::respond;  mine: here is the answer
///   return next(query).then([&query](Outcome o) { ...; return o; });   after the others
///   return a_coroutine(query);                        I must wait (asio::awaitable<Outcome>)
///   return query.fail(Rcode::ServFail, "why");        I cannot answer
///   return Outcome::drop;                             nobody gets an answer
///
/// The query stays at its address until its outcome is known, also while it waits. A pointer into
/// shared state must not live across a wait: query.response().own() or the query's arena. What
/// throws costs its query a SERVFAIL and a counter (coredns_panics_total), never the server.
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual Reply serve(Query& query, Next next) const = 0;
};

}  // namespace catena
