// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/cache.hpp"

#include "plugins/cache/authentic_data.hpp"
#include "plugins/cache/query_key.hpp"

#include <algorithm>

namespace catena::cache {
namespace {

constexpr std::uint16_t kKeptFlags = dns::Flags::kAA | dns::Flags::kRA | dns::Flags::kAD;

StoreLimits limits_of(const ClassSettings& settings, const StaleSettings& stale) {
  return {.capacity = settings.capacity, .stale = stale.window};
}

}  // namespace

Memory::Memory(const Settings& settings, epoch::Domain& domain)
    : success(limits_of(settings.success, settings.stale), domain),
      denial(limits_of(settings.denial, settings.stale), domain) {}

std::string Cache::assembled(const Chain& chain) {
  std::string view;
  for (const BlockFilter* filter : chain.with<BlockFilter>()) view = filter->view();
  meters_.begin(view);
  return {};
}

Reply Cache::serve(Query& query, Next next) const {
  const bool cacheable = query.opcode() == dns::Opcode::Query && !query.is_signed();
  if (!cacheable || !settings_.zones.contains(query.name())) {
    return next(query);
  }
  const Meter& meter = meters_.of(query.transport());
  const Lane lane = query.engine().lane();
  const TimePoint now = query.arrived();
  meter.requests->add(lane);
  const Found found = find(query, now);
  if (found.entry == nullptr) {
    meter.misses->add(lane);
    return ask(query, next, meter);
  }
  const Entry& entry = *found.entry;
  meter.of(found.fate).hits->add(lane);
  entry.mark_used();
  entry.add_basis_to(query.basis());
  if (entry.facts().left(now) <= 0) return serve_stale(query, next, entry, meter);
  if (prefetch_due(entry, now)) refresh_aside(query, next, entry, meter);
  return give(query, entry.packed(), live_ttl(entry.facts(), now));
}

Cache::Found Cache::find(const Query& query, TimePoint now) const {
  const Key key = key_of(query);
  const std::uint64_t hash = memory_->hash(key.bytes());
  memory_->success.warm(hash);
  const Entry* denial = usable(memory_->denial, key, hash, now);
  const bool yields = denial == nullptr || denial->facts().failure();
  const bool prefer = settings_.stale.prefer_positive();
  if (!yields && !prefer) return {denial, Fate::denial};
  if (const Entry* entry = usable(memory_->success, key, hash, now)) return {entry, Fate::success};
  if (yields && prefer) {
    const Key other = key_of(query, Variant::kNoAnswer);
    const Entry* entry = usable(memory_->success, other, memory_->hash(other.bytes()), now);
    if (entry != nullptr) return {entry, Fate::success};
  }
  return {denial, Fate::denial};
}

const Entry* Cache::usable(const Store& store,
                           const Key& key,
                           std::uint64_t hash,
                           TimePoint now) const {
  const Entry* entry = store.find(key, hash);
  return entry != nullptr && entry->of_use(now, settings_.stale.window) ? entry : nullptr;
}

std::uint32_t Cache::live_ttl(const Facts& facts, TimePoint now) const {
  return settings_.keep_ttl ? facts.ttl : static_cast<std::uint32_t>(facts.left(now));
}

Outcome Cache::give(Query& query, const Packed& packed, std::uint32_t ttl) const {
  dns::Response& response = query.respond();
  response.flags = packed.facts.flags;
  if (!wants_authentic_data(query)) response.flags.clear(dns::Flags::kAD);
  response.rcode = packed.facts.rcode;
  response.edns.reset();
  unpack(packed, query.name(), ttl, response);
  return Outcome::respond;
}

Outcome Cache::after_miss(
    Query& query, Outcome outcome, const Meter& meter, Attempt& attempt, Flight* flight) const {
  const bool answered = has_answer(query, outcome);
  const Cacheability cacheability = answered ? appraise(query) : Cacheability{};
  if (answered) {
    const Refresh first{.meter = &meter, .hits = 0, .last_hit = {}, .only_positive = false};
    remember(query, cacheability, first);
  } else if (outcome == Outcome::respond && !query.given_up()) {
    remember_failure(query, meter);
  }
  if (flight != nullptr && outcome == Outcome::respond) flight->landed(query, cacheability);
  attempt.restore();
  return answered ? finish(query, cacheability) : outcome;
}

Cacheability Cache::appraise(const Query& query) const {
  const auto wall = query.engine().clock().wall().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
  return cacheability_of(query.response(), query.question(), settings_,
                         static_cast<std::uint32_t>(seconds));
}

Outcome Cache::finish(Query& query, const Cacheability& cacheability) const {
  dns::Response& response = query.response();
  response.edns.reset();
  if (!wants_authentic_data(query)) response.flags.clear(dns::Flags::kAD);
  if (cacheability.transfer) return Outcome::respond;
  for (const dns::Section section :
       {dns::Section::answer, dns::Section::authority, dns::Section::additional}) {
    for (dns::Record& record : response.records(section)) record.ttl = cacheability.ttl;
  }
  return Outcome::respond;
}

void Cache::remember_failure(const Query& query, const Meter& meter) const {
  // A plugin that fails without a reason has said SERVFAIL, which is an answer of its own.
  if (query.failure().empty() || query.response().rcode != dns::Rcode::ServFail) return;
  const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(settings_.servfail).count();
  const Facts facts{.stored = query.engine().clock().now(),
                    .ttl = static_cast<std::uint32_t>(ttl),
                    .rcode = dns::Rcode::ServFail,
                    .flags = dns::Flags(),
                    .counts = {},
                    .answers = false};
  const Refresh first{.meter = &meter, .hits = 0, .last_hit = {}, .only_positive = false};
  store(query, Fate::denial, facts, first);
}

bool Cache::remember(const Query& query,
                     const Cacheability& cacheability,
                     const Refresh& refresh) const {
  if (cacheability.fate == Fate::not_kept) return false;
  if (cacheability.for_one_subnet) {
    refresh.meter->drops->add(query.engine().lane());
    return false;
  }
  const dns::Response& response = query.response();
  const Facts facts{.stored = query.engine().clock().now(),
                    .ttl = cacheability.ttl,
                    .rcode = response.rcode,
                    .flags = dns::Flags(response.flags.bits() & kKeptFlags),
                    .counts = {},
                    .answers = cacheability.answers};
  return store(query, cacheability.fate, facts, refresh);
}

bool Cache::store(const Query& query, Fate fate, const Facts& facts, const Refresh& refresh) const {
  const ClassSettings& settings = fate == Fate::denial ? settings_.denial : settings_.success;
  if (facts.ttl == 0 || settings.disabled.contains(query.name())) return false;
  const bool beside = settings_.stale.prefer_positive() && fate == Fate::success && !facts.answers;
  const Key key = key_of(query, beside ? Variant::kNoAnswer : 0);
  const Lane lane = query.engine().lane();
  Entry::Owned entry = Entry::make(key, query.name(), facts, query.response(), query.basis());
  if (entry == nullptr) {
    refresh.meter->drops->add(lane);
    return false;
  }
  entry->carry_hits(refresh.hits, refresh.last_hit);
  const std::uint64_t hash = memory_->hash(key.bytes());
  const Meter::PerClass& meter = refresh.meter->of(fate);
  meter.evictions->add(lane, memory_->of(fate).insert(std::move(entry), key, hash, facts.stored));
  if (fate == Fate::success && !beside) memory_->denial.erase(key, hash);
  refresh.meter->success.entries->set(static_cast<double>(memory_->success.size()));
  refresh.meter->denial.entries->set(static_cast<double>(memory_->denial.size()));
  return true;
}

}  // namespace catena::cache
