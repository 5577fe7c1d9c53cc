// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/alias.hpp"

#include "core/plugin/engine.hpp"

#include <algorithm>

namespace catena {
namespace {

bool has_soa(const dns::Response& response) {
  const auto authority = response.authority();
  return std::any_of(authority.begin(), authority.end(),
                     [](const dns::Record& record) { return record.type == dns::Type::SOA; });
}

bool tells_something(dns::Rcode rcode) {
  return rcode == dns::Rcode::NoError || rcode == dns::Rcode::NXDomain;
}

/// What a denial has beside its SOA, as NSEC records, goes with it.
void add_end(dns::Response& response, const dns::Response& end) {
  for (const dns::Record& record : end.answer()) response.add(dns::Section::answer, record);
  response.rcode = end.rcode;
  if (end.flags.has(dns::Flags::kTC)) response.flags.set(dns::Flags::kTC);
  if (!has_soa(end)) return;
  for (const dns::Record& record : end.authority()) response.add(dns::Section::authority, record);
}

}  // namespace

AliasFollower::AliasFollower(std::string_view plugin, metrics::Registry& metrics)
    : plugin_(plugin),
      failures_(metrics.counter("catena_alias_failures_total",
                                "Answers with an alias (CNAME) whose target could not be resolved.",
                                {{"plugin", std::string(plugin)}})) {}

asio::awaitable<Outcome> AliasFollower::follow(Query& query, dns::NameView target) const {
  // The CNAME may point into shared state.
  if (!query.response().own()) co_return query.fail(dns::Rcode::ServFail, "no room for an answer");
  dns::Response end(query.arena());
  const dns::Question question{target, query.type(), query.qclass()};
  const Outcome outcome = co_await query.engine().ask(query, question, Asking::question, end);
  if (outcome == Outcome::drop) co_return give_up(query, target, "no answer");
  if (!tells_something(end.rcode)) {
    const std::string said = dns::to_string(end.rcode);
    co_return give_up(query, target, said);
  }
  add_end(query.response(), end);
  co_return Outcome::respond;
}

Outcome AliasFollower::give_up(Query& query, dns::NameView target, std::string_view why) const {
  failures_.add(query.engine().lane());
  for (dns::Record& record : query.response().answer()) {
    record.ttl = std::min(record.ttl, kFailureTtl);
  }
  query.complain("plugin/", plugin_, ": target ", target.to_text(), " of an alias: ", why);
  return Outcome::respond;
}

}  // namespace catena
