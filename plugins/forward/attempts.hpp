// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/forward/metrics.hpp"
#include "plugins/forward/policy.hpp"
#include "plugins/forward/settings.hpp"
#include "plugins/forward/worker.hpp"

#include <deque>
#include <optional>

namespace catena::forward {

/// An upstream with what `forward` measures about it.
struct Link {
  Link(metrics::Registry& registry, std::shared_ptr<const client::Upstream> to)
      : upstream(std::move(to)), durations(registry, upstream->name) {}

  std::shared_ptr<const client::Upstream> upstream;
  Durations durations;
};

/// What the attempts of all queries of one `forward` work with.
struct Context {
  const Settings& settings;
  const std::deque<Link>& links;
  const Order& order;
  const Metrics& metrics;
};

/// What is to be done after a reply, or none.
enum class Judgement : std::uint8_t { answered, again, next_plugin };

/// Which upstream a query tries next, and whether a reply is the answer: the rules between one
/// exchange and the next, as in CoreDNS. Lives as long as the query's coroutine.
class Attempts {
 public:
  Attempts(const Context& context, Query& query, Worker& worker);

  /// The number of the upstream to ask now; nothing when it is time to give up.
  std::optional<std::size_t> next();

  /// What is left of the time for this query.
  Duration left() const;

  /// Puts what came back into the query's response, if it is the answer.
  Judgement judge(const client::Call& call, std::size_t index, bool forwarder_behind);

  /// SERVFAIL with the last reason.
  Outcome give_up();

  client::Channel& channel(std::size_t index) {
    return worker_.channel(index, context_.links[index].upstream);
  }

 private:
  bool time_left() const;
  std::size_t last_resort();
  Judgement failed(const client::Fault& fault, std::size_t index);
  Judgement answered(const dns::MessageView& reply, std::size_t index, bool forwarder_behind);
  Judgement cut(const dns::Header& header);
  Judgement mismatched(std::size_t index);

  const Context& context_;
  Query& query_;
  Worker& worker_;
  std::span<std::uint16_t> order_;
  std::size_t position_ = 0;
  std::size_t down_ = 0;  // In this pass over the list.
  std::size_t failovers_ = 0;
  std::uint32_t failures_ = 0;
  bool last_resort_ = false;
  TimePoint began_;
  TimePoint asked_;
  std::optional<client::Fault> fault_;
};

}  // namespace catena::forward
