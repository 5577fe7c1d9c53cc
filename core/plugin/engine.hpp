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

#include <concepts>
#include <functional>
#include <utility>

namespace catena {

class Answer;

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

  /// Whether this client would come to `query`'s own server block with `question` as well, so that
  /// the rest of the chain may speak for it. The query stays what it is.
  virtual bool leads_here(Query& query, const dns::Question& question) = 0;

  /// Asks this server another question, from the router on, as the same client. `answer` takes it
  /// and lives until the reply is ready at least; it may be moved meanwhile. Where nobody waits the
  /// reply is ready and nothing has been allocated. Deeper than 8 questions: SERVFAIL. Plugins call
  /// catena::ask(), below.
  virtual Reply ask(Query& parent,
                    const dns::Question& question,
                    Asking asking,
                    Answer& answer) = 0;

  /// Runs `next` for a copy of `origin`'s present question, then `after` with the copy, whose
  /// response is not sent: both at once where nobody waits. A copy that waits pins its
  /// configuration; one that would have to wait and has no memory for it fails. False, and nothing
  /// done, when too many run already.
  virtual bool background(const Query& origin,
                          Next next,
                          std::function<void(Query&, Outcome)> after,
                          const Errand& errand = {}) = 0;

  /// Sends what the response holds as one message of several and empties it; comes back when the
  /// client can take more. False: the client is gone, or the transport knows only one message per
  /// question.
  virtual asio::awaitable<bool> send_part(Query& query) = 0;

 private:
  friend class Answer;
  /// A query of an Answer has done its work.
  virtual void give_back(Query& inner) noexcept = 0;
};

/// A question that the server asked itself, with what was said: as long as it lives, or until the
/// worker's quiescent point where the records point to shared state. Whoever wants the records for
/// longer copies them (Response::add_copies()). Move only; one thread.
class Answer {
 public:
  Answer() = default;
  /// Takes a query that its engine has lent.
  explicit Answer(Query& inner) : inner_(&inner) {}
  Answer(Answer&& other) noexcept : inner_(std::exchange(other.inner_, nullptr)) {}
  Answer& operator=(Answer&& other) noexcept {
    std::swap(inner_, other.inner_);
    return *this;
  }
  ~Answer() {
    if (inner_ != nullptr) inner_->engine().give_back(*inner_);
  }

  /// Once it has been asked.
  const dns::Response& response() const { return inner_->response(); }

 private:
  Query* inner_ = nullptr;
};

/// What becomes of an answer: `after(outcome, response)` returns an Outcome.
template <class After>
concept AfterAnswer = requires(After after, Outcome outcome, const dns::Response& response) {
  { after(outcome, response) } -> std::same_as<Outcome>;
};

namespace detail {

template <AfterAnswer After>
asio::awaitable<Outcome> await_answer(Answer answer, Reply reply, After after) {
  const Outcome outcome = co_await std::move(reply).wait();
  co_return after(outcome, answer.response());
}

}  // namespace detail

/// Asks this server another question on behalf of `query` (Engine::ask), and runs `after` with what
/// it says: at once where nobody waits. Where somebody does, what the query's response holds so far
/// is copied into its arena before.
template <AfterAnswer After>
Reply ask(Query& query, const dns::Question& question, Asking asking, After after) {
  Answer answer;
  Reply reply = query.engine().ask(query, question, asking, answer);
  if (reply.ready()) return after(reply.outcome(), answer.response());
  if (!query.response().own()) return query.fail(dns::Rcode::ServFail, "no room for an answer");
  return detail::await_answer(std::move(answer), std::move(reply), std::move(after));
}

}  // namespace catena
