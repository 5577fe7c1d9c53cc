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

}  // namespace

AliasFollower::AliasFollower(std::string_view plugin, metrics::Registry& metrics)
    : plugin_(plugin),
      failures_(metrics.counter("catena_alias_failures_total",
                                "Answers with an alias (CNAME) whose target could not be resolved.",
                                {{"plugin", std::string(plugin)}})) {}

Reply AliasFollower::follow(Query& query, dns::NameView target) const {
  const dns::Question question{target, query.type(), query.qclass()};
  return ask(query, question, Asking::question,
             [this, &query, target](Outcome outcome, const dns::Response& end) {
               return add_end(query, target, outcome, end);
             });
}

// What a denial has beside its SOA, as NSEC records, goes with it.
Outcome AliasFollower::add_end(Query& query,
                               dns::NameView target,
                               Outcome outcome,
                               const dns::Response& end) const {
  if (outcome == Outcome::drop) return give_up(query, target, "no answer");
  if (!tells_something(end.rcode)) return give_up(query, target, dns::to_string(end.rcode));
  dns::Response& response = query.response();
  response.add_copies(dns::Section::answer, end.answer());
  response.rcode = end.rcode;
  if (end.flags.has(dns::Flags::kTC) || end.overflowed()) response.flags.set(dns::Flags::kTC);
  if (has_soa(end)) response.add_copies(dns::Section::authority, end.authority());
  return Outcome::respond;
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
