// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/attempt.hpp"
#include "core/plugin/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace catena::autopath {

/// What became of one step of the search path.
enum class StepResult : std::uint8_t {
  next,   ///< No such name, no answer, or a refusal without a reason: on to the next step.
  found,  ///< Any other answer, also one without data, or an alias of a name that does not exist.
  error,  ///< The chain failed with a reason: that is the outcome.
};

/// One query on its way along a search path. Lives in the query's arena; one thread.
class Walk {
 public:
  /// The query's name is below the first domain. `path` lives as long as the query.
  Walk(Query& query, Next next, std::span<const dns::NameView> path);

  Query& query() const { return *query_; }
  std::size_t steps() const { return path_.size(); }

  /// Asks for the client's name in this domain. The first step is the client's question itself.
  Reply ask(std::size_t step);

  /// Looks at what the step said.
  StepResult result(Outcome outcome) const;

  /// The walk is over, and the step's answer is the client's.
  void end() { attempt_.restore(); }

  /// As an answer to the client's question, after end(): a CNAME leads to the name that was found.
  void answer_from(std::size_t step);

  /// The walk goes on. What the first step said is kept for the end.
  void pass(std::size_t step, Outcome outcome);

  /// Nothing was found: what the first step said.
  Outcome first_outcome() { return attempt_.take_back(); }

 private:
  dns::NameView name(std::size_t step) const;

  Query* query_;
  Next next_;
  std::span<const dns::NameView> path_;
  std::span<const std::uint8_t> base_;  // The client's labels in front of the first domain.
  dns::NameView current_;
  Attempt attempt_;
};

}  // namespace catena::autopath
