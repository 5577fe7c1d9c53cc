// SPDX-License-Identifier: Apache-2.0
#include "plugins/dns64/dns64.hpp"

#include "core/plugin/engine.hpp"

#include <algorithm>

namespace catena::dns64 {
namespace {

using net::TranslationPrefix;

/// For the TTL where the denial of AAAA records has no SOA record (RFC 6147 section 5.1.7).
constexpr std::uint32_t kWithoutSoa = 600;

bool said_something(const Query& query, Outcome outcome) {
  return outcome == Outcome::respond && !query.failed() && !query.response().spoiled();
}

/// IPv4 addresses written as IPv6 addresses are no way to anybody (RFC 6147 section 5.1.4).
bool is_excluded(const dns::Record& record) {
  const auto address = net::address_in<16>(record.rdata);
  return record.type == dns::Type::AAAA && address && asio::ip::address_v6(*address).is_v4_mapped();
}

void drop_excluded(dns::Response& response) {
  const std::span<dns::Record> records = response.answer();
  const auto end = std::remove_if(records.begin(), records.end(), is_excluded);
  response.shrink(dns::Section::answer, static_cast<std::size_t>(end - records.begin()));
}

bool has(std::span<const dns::Record> records, dns::Type type) {
  return std::ranges::any_of(records, [type](const auto& record) { return record.type == type; });
}

dns::Kind kind_of(const Query& query) {
  const auto wall = query.engine().clock().wall().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
  return dns::kind_of(query.response(), {.opcode = query.opcode(), .question = query.question()},
                      false, static_cast<std::uint32_t>(seconds));
}

/// A client that validates, and has signatures, would find ours missing; it can translate for
/// itself (RFC 6147 section 5.5, number 3). Where nothing is signed it takes what it is told.
bool would_be_bogus(const Query& query) {
  const dns::Response& said = query.response();
  return query.dnssec_ok() && query.checking_disabled() &&
         (has(said.answer(), dns::Type::RRSIG) || has(said.authority(), dns::Type::RRSIG));
}

std::uint32_t most_ttl(const dns::Response& denial) {
  std::uint32_t ttl = kWithoutSoa;
  for (const dns::Record& record : denial.authority()) {
    if (record.type == dns::Type::SOA) ttl = record.ttl;
  }
  return ttl;
}

/// The answer is ours: neither authoritative nor validated.
void disown(dns::Response& response) {
  response.flags.clear(dns::Flags::kAA);
  response.flags.clear(dns::Flags::kAD);
}

/// The names of the address are those of another name's.
void lead_to(Query& query, dns::NameView target, std::uint32_t most) {
  dns::Response& response = query.response();
  std::uint32_t ttl = most;
  for (const dns::Record& record : response.answer()) ttl = std::min(ttl, record.ttl);
  response.add(dns::Section::answer,
               {query.name(), dns::Type::CNAME, query.qclass(), ttl, target.bytes()});
  const std::span<dns::Record> records = response.answer();
  std::rotate(records.begin(), records.end() - 1, records.end());
}

}  // namespace

Reply Dns64::serve(Query& query, Next next) const {
  if (!serves(query)) return next(query);
  if (query.type() == dns::Type::AAAA) return addresses(query, next);
  if (query.type() != dns::Type::PTR) return next(query);
  const auto reverse = dns::parse_reverse(query.name());
  if (!reverse || reverse->size != 16) return next(query);
  const auto address = settings_.prefix.extract(reverse->bytes);
  if (!address || settings_.prefix.embed(*address) != reverse->bytes) return next(query);
  return names(query, next, *address);
}

bool Dns64::serves(const Query& query) const {
  if (query.qclass() != dns::Class::IN || query.is_signed()) return false;
  return settings_.allow_ipv4 || !query.transport().client.address().is_v4();
}

Reply Dns64::addresses(Query& query, Next next) const {
  Attempt attempt(query);
  return next(query).then([this, &query, next, attempt](Outcome outcome) mutable {
    return after_addresses(query, next, attempt, outcome);
  });
}

Reply Dns64::after_addresses(Query& query, Next next, Attempt& attempt, Outcome outcome) const {
  if (has_own_addresses(query, outcome)) {
    attempt.restore();
    return outcome;
  }
  const std::uint32_t most = most_ttl(query.response());
  attempt.undo();
  Reply reply = attempt.ask(next, {query.name(), dns::Type::A, dns::Class::IN});
  return std::move(reply).then([this, &query, attempt, most](Outcome said) mutable {
    attempt.restore();
    return translate(query, most, said);
  });
}

// No such name is no such name for every type, and any other denial or error is as good as none
// (RFC 6147 section 5.1.2).
bool Dns64::has_own_addresses(Query& query, Outcome outcome) const {
  if (!said_something(query, outcome)) return true;
  if (kind_of(query) == dns::Kind::NXDomain || would_be_bogus(query)) return true;
  if (settings_.translate_all) return false;
  drop_excluded(query.response());
  return has(query.response().answer(), dns::Type::AAAA);
}

Outcome Dns64::translate(Query& query, std::uint32_t most, Outcome outcome) const {
  if (outcome == Outcome::drop) {
    return query.fail(dns::Rcode::ServFail, "dns64: upstream returned no response");
  }
  count(query);
  dns::Response& response = query.response();
  disown(response);
  for (dns::Record& record : response.answer()) {
    const auto address = net::address_in<4>(record.rdata);
    if (record.type != dns::Type::A || !address) continue;
    record.type = dns::Type::AAAA;
    record.ttl = std::min(record.ttl, most);
    record.rdata = query.arena().copy(settings_.prefix.embed(*address));
  }
  return outcome;
}

Reply Dns64::names(Query& query, Next next, const TranslationPrefix::Four& address) const {
  Attempt attempt(query);
  return next(query).then([this, &query, next, attempt, address](Outcome outcome) mutable {
    return after_names(query, next, attempt, address, outcome);
  });
}

// Nothing is said that was not said before unless the IPv4 address has a name.
Reply Dns64::after_names(Query& query,
                         Next next,
                         Attempt& attempt,
                         const TranslationPrefix::Four& address,
                         Outcome outcome) const {
  if (!said_something(query, outcome) || !query.response().answer().empty() ||
      would_be_bogus(query)) {
    attempt.restore();
    return outcome;
  }
  attempt.put_aside(outcome);
  const dns::NameView target(query.arena().copy(dns::reverse_name(address).view().bytes()));
  Reply reply = attempt.ask(next, {target, dns::Type::PTR, dns::Class::IN});
  return std::move(reply).then([this, &query, attempt, target](Outcome said) mutable {
    const bool found = said_something(query, said) && !query.response().answer().empty();
    if (!found) return attempt.take_back();
    attempt.restore();
    count(query);
    disown(query.response());
    lead_to(query, target, most_ttl(attempt.aside()));
    return said;
  });
}

void Dns64::count(const Query& query) const {
  if (metrics::Counter* const* counter = translated_.find(query.transport())) {
    (*counter)->add(query.engine().lane());
  }
}

}  // namespace catena::dns64
