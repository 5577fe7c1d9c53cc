// SPDX-License-Identifier: Apache-2.0
#include "plugins/nsid/nsid.hpp"

namespace catena::nsid {

using dns::OptionCode;

Reply Nsid::serve(Query& query, Next next) const {
  if (!query.asked().edns || !query.asked().edns->option(OptionCode::NSID)) return next(query);
  return next(query).then([this, &query](Outcome outcome) {
    if (outcome == Outcome::respond && !query.failed()) tell(query);
    return outcome;
  });
}

// That of an upstream is not this server's. Where the arena is full the answer leaves without.
void Nsid::tell(Query& query) const {
  dns::Response& response = query.response();
  dns::Edns opt =
      response.edns.value_or(dns::Edns{.flags = query.asked().edns->flags, .options = {}});
  const auto* data = reinterpret_cast<const std::uint8_t*>(data_.data());
  const auto others = dns::without_option(query.arena(), opt.options, OptionCode::NSID);
  if (!others) return;
  const auto all = dns::with_option(query.arena(), *others, OptionCode::NSID, {data, data_.size()});
  if (!all) return;
  opt.options = *all;
  response.edns = opt;
}

}  // namespace catena::nsid
