// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/shown.hpp"

#include "core/base/hash.hpp"

#include "plugins/kubernetes/answer/endpoints.hpp"
#include "plugins/kubernetes/answer/service_records.hpp"

#include <algorithm>
#include <vector>

namespace catena::kubernetes {
namespace {

/// A set in one number: the order in which its members come does not matter.
class Sum {
 public:
  void begin() { bytes_.clear(); }
  void append(std::span<const std::uint8_t> bytes) {
    bytes_.push_back(static_cast<std::uint8_t>(bytes.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void append(std::string_view text) {
    append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  void append(dns::Type type) { bytes_.push_back(static_cast<std::uint8_t>(type)); }
  void end() { members_.push_back(hash_(bytes_)); }

  /// Members that come again do not count again.
  std::uint64_t total() {
    std::sort(members_.begin(), members_.end());
    members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
    std::uint64_t total = 0;
    for (const std::uint64_t member : members_) total += member;
    return total;
  }

 private:
  SeededHash hash_{{1, 2}};
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint64_t> members_;
};

std::string text_of(Key key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

// The zone is the same for all services: none.
void add_records(Sum& sum, Key service_key, const ServiceState& state, ServiceView view) {
  ServiceRecords service(text_of(service_key), state, view);
  Arena arena(1024);
  const ZoneForm form{.zone = {}, .ttl = 0, .address_ttl = 0, .long_names = LongNames::leave_out};
  for (bool more = true; more;) {
    arena.reset();
    dns::Response response(arena);
    const RecordBuilder builder(response, form);
    more = service.add_some(builder);
    for (const dns::Record& record : response.answer()) {
      sum.begin();
      sum.append(record.owner.bytes());
      sum.append(record.type);
      sum.append(record.rdata);
      sum.end();
    }
  }
}

// PTR answers name endpoints of a service that is not there, as in CoreDNS.
void add_endpoints(Sum& sum, const ServiceState& state, ZonalNames zonal) {
  const bool with_zones =
      zonal == ZonalNames::shown && state.spec && state.spec->kind == ServiceKind::headless;
  for (const Slice* slice : state.slices) {
    slice->each([&](Key address, std::string_view label, std::string_view zone) {
      const EndpointLabel own(label, address);
      sum.begin();
      sum.append(own.text());
      sum.append(slice->cluster());
      sum.append(address);
      sum.append(with_zones ? zone : std::string_view());
      sum.end();
    });
    if (!with_zones) continue;
    for (const Alias& alias : slice->aliases()) {
      sum.begin();
      sum.append(alias.target.view().bytes());
      sum.append(alias.zone);
      sum.end();
    }
  }
}

std::uint64_t outside(Key service_key, const ServiceState& state, ServiceView view) {
  Sum sum;
  add_records(sum, service_key, state, view);
  return sum.total();
}

}  // namespace

Shown shown_records(Key service_key,
                    const ServiceState& state,
                    ServiceOrigin origin,
                    ZonalNames zonal) {
  Sum inside;
  const bool import = origin == ServiceOrigin::import;
  if (!import) add_endpoints(inside, state, zonal);
  if (!state.spec) return {inside.total()};
  add_records(inside, service_key, state, import ? ServiceView::imports : ServiceView::cluster);
  if (import) return {inside.total()};
  return {inside.total(), outside(service_key, state, ServiceView::external),
          outside(service_key, state, ServiceView::external_with_headless)};
}

}  // namespace catena::kubernetes
