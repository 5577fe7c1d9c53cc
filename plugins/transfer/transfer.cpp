// SPDX-License-Identifier: Apache-2.0
#include "plugins/transfer/transfer.hpp"

#include "core/dns/rdata.hpp"

#include "plugins/transfer/parts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace catena::transfer {
namespace {

constexpr std::string_view kNotWhole = "plugin/transfer: a part of the zone does not fit a record";

asio::ip::address plain(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

dns::Record kept(const dns::Record& record, Arena& arena) {
  dns::Record copy = record;
  copy.owner = dns::NameView(arena.copy(record.owner.bytes()));
  copy.rdata = arena.copy(record.rdata);
  return copy;
}

/// The serial that an IXFR's client has: its authority section is one SOA record (RFC 1995 section
/// 3). Nothing where it is not.
std::optional<std::uint32_t> serial_of_client(Query& query) {
  if (!query.message()) return std::nullopt;
  std::optional<std::uint32_t> serial;
  std::size_t records = 0;
  for (const dns::PackedRecord& packed : query.message()->records(dns::Section::authority)) {
    const auto record = query.message()->unpack(packed, query.arena());
    if (++records > 1 || !record || record->type != dns::Type::SOA) return std::nullopt;
    if (const auto soa = dns::soa_of(record->rdata)) serial = soa->serial;
  }
  return serial;
}

// RFC 1982 section 3.2, and a client that is as far as we are.
bool has_news(std::uint32_t client, std::uint32_t ours) {
  return client != ours && ours - client < 0x80000000u;
}

/// A zone as a transfer shows it: the SOA record at its beginning and at its end.
class Framed {
 public:
  Framed(const dns::Record& soa, ZoneCursor& inner) : soa_(&soa), inner_(&inner) {}

  const dns::Record* next() {
    if (begun_ && !ended_) {
      if (const dns::Record* record = inner_->next()) return record;
    }
    if (ended_ || !inner_->whole()) return nullptr;
    (begun_ ? ended_ : begun_) = true;
    return soa_;
  }

 private:
  const dns::Record* soa_;
  ZoneCursor* inner_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

/// One of the transfers that may be under way; move only.
class Transfer::Slot {
 public:
  explicit Slot(std::atomic<int>& count) : count_(&count) {
    if (count.fetch_add(1, std::memory_order_relaxed) < kMost) return;
    leave();
  }
  Slot(Slot&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() { leave(); }

  /// False where there are too many already.
  bool found() const { return count_ != nullptr; }

 private:
  void leave() {
    if (count_ != nullptr) count_->fetch_sub(1, std::memory_order_relaxed);
    count_ = nullptr;
  }

  std::atomic<int>* count_;
};

bool Permission::allows(const asio::ip::address& client) const {
  return anyone || std::find(addresses.begin(), addresses.end(), plain(client)) != addresses.end();
}

Transfer::Transfer(std::vector<Permission> permissions,
                   std::shared_ptr<LineLimit> lines,
                   metrics::Counter& turned_away)
    : permissions_(std::move(permissions)), lines_(std::move(lines)), turned_away_(turned_away) {}

std::string Transfer::assembled(const Chain& chain) {
  for (const TransferSource* source : chain.with<TransferSource>()) sources_.push_back(source);
  return {};
}

// The line with the longest zone, whatever their order: a child zone is not open because its parent
// is (CVE-2026-33489).
const Permission* Transfer::permission_for(dns::NameView zone) const {
  const Permission* best = nullptr;
  std::size_t longest = 0;
  for (const Permission& permission : permissions_) {
    const dns::Name* match = permission.zones.match(zone);
    if (match == nullptr || match->view().size() <= longest) continue;
    best = &permission;
    longest = match->view().size();
  }
  return best;
}

const TransferSource* Transfer::source_of(dns::NameView zone) const {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [zone](const TransferSource* s) { return s->holds(zone); });
  return found == sources_.end() ? nullptr : *found;
}

Reply Transfer::serve(Query& query, Next next) const {
  const bool whole = query.type() == dns::Type::AXFR;
  if (!whole && query.type() != dns::Type::IXFR) return next(query);
  const bool stream = is_stream(query.transport().protocol);
  if (whole && !stream) return query.fail(dns::Rcode::Refused);
  const Permission* permission = permission_for(query.name());
  const TransferSource* source = source_of(query.name());
  if (permission != nullptr && !permission->allows(query.transport().client.address())) {
    return query.fail(dns::Rcode::Refused);
  }
  if (permission != nullptr && source != nullptr) return hand_out(query, *source);
  return stream ? next(query) : query.fail(dns::Rcode::Refused);
}

Reply Transfer::hand_out(Query& query, const TransferSource& source) const {
  const bool incremental = query.type() == dns::Type::IXFR;
  const auto client = incremental ? serial_of_client(query) : std::nullopt;
  if (incremental && !client) return query.fail(dns::Rcode::ServFail);
  std::unique_ptr<ZoneCursor> cursor = source.open(query.name());
  const dns::Record* first = cursor ? cursor->next() : nullptr;
  const auto numbers = first != nullptr ? dns::soa_of(first->rdata) : std::nullopt;
  if (!numbers) {
    return query.fail(dns::Rcode::ServFail, "plugin/transfer: zone ", query.name().to_text(),
                      " is not known yet");
  }
  const dns::Record soa = kept(*first, query.arena());
  const std::uint32_t serial = numbers->serial;
  const bool stream = is_stream(query.transport().protocol);
  if (client && (!has_news(*client, serial) || !stream)) {
    if (!has_news(*client, serial)) {
      lines_->write(LogLevel::info, query.engine(), [&query, serial] {
        return fmt::format(
            "Outgoing noop, incremental transfer for up to date zone \"{}\" to {} for {} SOA "
            "serial",
            query.name().to_text(), plain(query.transport().client.address()).to_string(), serial);
      });
    }
    return serial_only(query, soa);
  }
  return whole(query, std::move(cursor), soa);
}

// A client that has all, and one that asks over UDP, gets the serial alone (RFC 1995 sections 2 and
// 4); without AA, as CoreDNS.
Outcome Transfer::serial_only(Query& query, const dns::Record& soa) {
  query.retract();
  query.response().add(dns::Section::answer, soa);
  return Outcome::respond;
}

Reply Transfer::whole(Query& query,
                      std::unique_ptr<ZoneCursor> cursor,
                      const dns::Record& soa) const {
  Slot slot(under_way_);
  if (slot.found()) return send(query, std::move(cursor), soa, std::move(slot));
  turned_away_.add(query.engine().lane());
  return query.fail(dns::Rcode::ServFail, "plugin/transfer: too many transfers are under way");
}

void Transfer::tell(Query& query, std::size_t records, const dns::Record& soa) const {
  lines_->write(LogLevel::info, query.engine(), [&] {
    return fmt::format("Outgoing transfer of {} records of zone \"{}\" to {} for {} SOA serial",
                       records, query.name().to_text(),
                       plain(query.transport().client.address()).to_string(),
                       dns::soa_of(soa.rdata)->serial);
  });
}

asio::awaitable<Outcome> Transfer::send(Query& query,
                                        std::unique_ptr<ZoneCursor> cursor,
                                        dns::Record soa,
                                        [[maybe_unused]] Slot slot) const {
  Framed zone(soa, *cursor);
  Parts parts(query);
  for (const dns::Record* record = zone.next(); record != nullptr;) {
    if (parts.add(*record)) {
      record = zone.next();
      continue;
    }
    const bool going_on = co_await parts.send();
    if (!going_on) co_return query.fail(dns::Rcode::ServFail);
  }
  if (!cursor->whole()) co_return query.fail(dns::Rcode::ServFail, kNotWhole);
  const Outcome outcome = parts.leave();
  tell(query, parts.records(), soa);
  co_return outcome;
}

}  // namespace catena::transfer
