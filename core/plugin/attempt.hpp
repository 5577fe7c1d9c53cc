// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/chain.hpp"
#include "core/plugin/query.hpp"

namespace catena {

/// Runs of the rest of the chain from which a query comes back as it was: what those further down
/// saw of the request, and whatever they have left in the query, is kept from before.
///
///   Attempt attempt(query);
///   Reply reply = attempt.ask(next, other_question);
///   attempt.restore();           the answer stays
///   attempt.undo();              or nothing does
///   attempt.put_aside(outcome);  or it may be wanted later: ask() again, then undo(), take_back()
///
/// The data that answers are made of (Query::basis()) add up over all runs; those from before are
/// with them again from restore() on, and the others too. Plain data: may lie in the query's arena,
/// or be handed to a coroutine as a value; never a temporary inside `co_await`. One thread.
class Attempt {
 public:
  /// The query has no answer yet.
  explicit Attempt(Query& query);

  /// Asks this question in the place of the query's own, as its client would: the rest of the chain
  /// answers where the client would come to this server block with it, the server where not, as a
  /// step (Query::is_step()) whose failure is an answer of its own. The name lives as long as the
  /// query has it. What was put aside outlives a wait.
  Reply ask(Next next, const dns::Question& question);

  /// What those further down saw of the request is over; what they said stays.
  void restore();

  /// As if nobody had been asked: the memory that the run took is free again.
  void undo();

  /// Takes what was said out of the query, which is as if nobody had been asked.
  void put_aside(Outcome outcome);

  /// The outcome that was put aside, with all that was said; what has been said since is gone.
  Outcome take_back();

  /// What was put aside; after put_aside() only.
  const dns::Response& aside() const { return aside_->response; }

 private:
  struct Aside {
    dns::Response response;
    Query::Traces traces;
    Outcome outcome;
  };

  Reply start(Next next, const dns::Question& question);
  void clear();

  Query* query_;
  std::optional<Inquiry> changed_;  // What was shown, where that was not what was asked.
  Query::Traces traces_;
  Basis basis_;
  Arena::Mark mark_;
  Aside* aside_ = nullptr;  // In the arena, before the mark.
};

}  // namespace catena
