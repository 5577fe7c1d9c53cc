// SPDX-License-Identifier: Apache-2.0
#include "plugins/siit/siit.hpp"

#include "core/plugin/engine.hpp"

#include <algorithm>

namespace catena::siit {
namespace {

/// For the TTL where the denial of A records has no SOA record.
constexpr std::uint32_t kWithoutSoa = 600;

dns::Kind kind_of(const Query& query) {
  const auto wall = query.engine().clock().wall().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
  return dns::kind_of(query.response(), {.opcode = query.opcode(), .question = query.question()},
                      false, static_cast<std::uint32_t>(seconds));
}

/// An answer that is cut may have addresses in what was cut off. No such name is no such name for
/// every type; any other denial or error is as good as none.
bool is_final(const Query& query, Outcome outcome) {
  const dns::Response& said = query.response();
  if (outcome != Outcome::respond || query.failed() || said.spoiled()) return true;
  if (said.flags.has(dns::Flags::kTC) || kind_of(query) == dns::Kind::NXDomain) return true;
  return std::ranges::any_of(said.answer(),
                             [](const dns::Record& record) { return record.type == dns::Type::A; });
}

std::uint32_t most_ttl(const dns::Response& denial) {
  std::uint32_t ttl = kWithoutSoa;
  for (const dns::Record& record : denial.authority()) {
    if (record.type == dns::Type::SOA) ttl = record.ttl;
  }
  return ttl;
}

}  // namespace

std::optional<AddressMap::Four> AddressMap::find(const Sixteen& six) const {
  if (asio::ip::address_v6(six).is_v4_mapped()) return std::nullopt;
  const auto pair = pairs_.find(six);
  return pair != pairs_.end() ? pair->second : prefix_.extract(six);
}

// What another block is asked on behalf of a translation is not translated there again: two blocks
// that ask each other would not come to an end.
Reply Siit::serve(Query& query, Next next) const {
  const bool mine = query.type() == dns::Type::A && query.qclass() == dns::Class::IN;
  if (!mine || query.is_step() || query.is_signed()) return next(query);
  Attempt attempt(query);
  return next(query).then([this, &query, next, attempt](Outcome outcome) mutable {
    return after_own(query, next, attempt, outcome);
  });
}

Reply Siit::after_own(Query& query, Next next, Attempt& attempt, Outcome outcome) const {
  if (is_final(query, outcome)) {
    attempt.restore();
    return outcome;
  }
  attempt.put_aside(outcome);
  Reply reply = attempt.ask(next, {query.name(), dns::Type::AAAA, dns::Class::IN});
  return std::move(reply).then(
      [this, &query, attempt](Outcome said) mutable { return translate(query, attempt, said); });
}

Outcome Siit::translate(Query& query, Attempt& attempt, Outcome outcome) const {
  if (outcome == Outcome::drop) {
    attempt.restore();
    return query.fail(dns::Rcode::ServFail, "siit: upstream lookup returned no response");
  }
  const bool fine = !query.failed() && query.response().rcode == dns::Rcode::NoError;
  if (fine && !map_records(query, most_ttl(attempt.aside()))) return attempt.take_back();
  attempt.restore();
  query.response().flags.clear(dns::Flags::kAD);
  if (!fine) return outcome;
  if (metrics::Counter* const* counter = translated_.find(query.transport())) {
    (*counter)->add(query.engine().lane());
  }
  return outcome;
}

// False where no address has another one; those that have none are left out, all other records
// stay.
bool Siit::map_records(Query& query, std::uint32_t most) const {
  bool any = false;
  const auto map = [&](dns::Record& record) {
    if (record.type != dns::Type::AAAA) return true;
    const auto six = net::address_in<16>(record.rdata);
    const auto four = six ? addresses_.find(*six) : std::nullopt;
    if (!four) return false;
    record.type = dns::Type::A;
    record.ttl = std::min(record.ttl, most);
    record.rdata = query.arena().copy(*four);
    return any = true;
  };
  const std::span<dns::Record> records = query.response().answer();
  std::size_t kept = 0;
  for (dns::Record& record : records) {
    if (map(record)) records[kept++] = record;
  }
  query.response().shrink(dns::Section::answer, kept);
  return any;
}

}  // namespace catena::siit
