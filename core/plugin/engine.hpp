// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/lane.hpp"
#include "core/base/random.hpp"
#include "core/net/deadlines.hpp"
#include "core/net/network.hpp"
#include "core/plugin/chain.hpp"
#include "core/plugin/query.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace catena {

/// How a question is asked while nobody waits for it, or not as one of the clients does.
struct Errand {
  enum class As : std::uint8_t {
    nobody,  ///< A TCP client without address.
    client,  ///< The client of the query that it is a copy of.
  };
  As as = As::nobody;
  /// Told of setbacks; lives as long as what is called at the end.
  SetbackObserver* observer = nullptr;
};

/// What a question of the server's own is to the plugins that log and count questions.
enum class Asking : std::uint8_t {
  question,  ///< One more, as in CoreDNS: the target of an alias.
  step,      ///< None (Query::is_step()): one of several tries at what the client asked.
};

/// What the worker of a query offers to its plugins. All members belong to the worker's thread.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual asio::any_io_executor executor() = 0;
  virtual Lane lane() const = 0;
  virtual const Clock& clock() const = 0;
  virtual Random& random() = 0;

  /// Whatever is to happen at a time on this worker; net::Timer for coroutines.
  virtual net::Deadlines& deadlines() = 0;

  /// Where connections out lead: what client::Channel asks over.
  virtual net::Network& network() = 0;

  /// Whether this client would come to `query`'s own server block with `name` as well, so that the
  /// rest of the chain may speak for it. The query's type and class; its name stays what it is.
  virtual bool leads_here(Query& query, dns::NameView name) = 0;

  /// Asks this server another question, from the router on, as the same client. The answer's bytes
  /// are copied into `parent`'s arena and `answer`. Deeper than 8 questions, or where the arena is
  /// full: SERVFAIL.
  virtual asio::awaitable<Outcome> ask(Query& parent,
                                       dns::Question question,
                                       Asking asking,
                                       dns::Response& answer) = 0;

  /// Runs `next` for a copy of `origin`'s present question, then `after` with the copy, whose
  /// response is not sent. Both may have happened when this returns. The copy pins its
  /// configuration. False, and nothing done, when too many run already.
  virtual bool background(const Query& origin,
                          Next next,
                          std::function<void(Query&, Outcome)> after,
                          const Errand& errand = {}) = 0;

  /// Sends what the response holds as one message of several and empties it; comes back when the
  /// client can take more. False: the client is gone, or the transport knows only one message per
  /// question.
  virtual asio::awaitable<bool> send_part(Query& query) = 0;
};

}  // namespace catena
