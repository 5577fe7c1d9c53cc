// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace catena::autopath {

/// What became of one step of the search path.
enum class Verdict : std::uint8_t {
  next,   ///< No such name, no answer, or a refusal without a reason: on to the next step.
  found,  ///< Any other answer, also one without data, or an alias of a name that does not exist.
  error,  ///< The chain failed with a reason: that is the outcome.
};

/// One query on its way along a search path: what the client asked, and the first step's answer,
/// which it gets if no step finds anything. Lives in the query's arena; one thread.
class Walk {
 public:
  /// The query's name is below the first domain. `path` lives as long as the query.
  Walk(Query& query, Next next, std::span<const dns::NameView> path);

  Query& query() const { return *query_; }
  std::size_t steps() const { return path_.size(); }

  /// Asks for the client's name in this domain: the rest of the chain, or the server where another
  /// block has the domain. The first step is the client's question itself.
  Reply ask(std::size_t step);

  /// What the first step said lives on while another waits.
  void keep();

  /// Looks at what the step said, and puts it away where the next one is to be asked.
  Verdict judge(std::size_t step, Outcome outcome);

  /// The answer of a step that found something, as an answer to the client's question: a CNAME
  /// leads to the name that was found.
  void answer_from(std::size_t step);

  /// Nothing was found: what the first step said.
  Outcome first_outcome();

  /// The client's question is the query's again.
  void restore() { query_->set_question(asked_); }

 private:
  dns::NameView name(std::size_t step) const;
  asio::awaitable<Outcome> ask_elsewhere();
  void put_away(Outcome outcome);

  Query* query_;
  Next next_;
  std::span<const dns::NameView> path_;
  dns::Question asked_;
  std::span<const std::uint8_t> base_;  // The client's labels in front of the first domain.
  dns::NameView current_;
  dns::Response first_;
  Outcome first_outcome_ = Outcome::respond;
  bool first_failed_ = false;
};

}  // namespace catena::autopath
