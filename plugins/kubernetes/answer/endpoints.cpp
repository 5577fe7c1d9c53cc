// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

/// Which endpoints and which of their ports a question is about.
class Selection {
 public:
  Selection(const ParsedName& name, const ServiceState& state) : name_(&name), state_(&state) {
    if (name.kind == NameKind::endpoint) dashed_ = parse_dashed(name.endpoint);
    if (name.kind == NameKind::zonal_prefer) zone_matters_ = zone_has_endpoints();
    if (name.kind == NameKind::zonal_pin) zone_matters_ = true;
  }

  /// Calls `visit(slice, address, label)` for each endpoint that is meant.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const Slice* slice : state_->slices) {
      if (name_->kind == NameKind::port && !slice->has_port(name_->port, name_->protocol)) continue;
      if (name_->kind == NameKind::endpoint && slice->cluster() != name_->cluster) continue;
      slice->each([&](Bytes address, std::string_view label, std::string_view zone) {
        if (name_->kind == NameKind::endpoint && !is_named(address, label)) return;
        if (zone_matters_ && zone != name_->topology_zone) return;
        visit(*slice, address, label);
      });
    }
  }

  bool port_matters(const SlicePort& port) const {
    return name_->kind != NameKind::port ||
           (port.name == name_->port && port.protocol == name_->protocol);
  }

 private:
  bool is_named(Bytes address, std::string_view label) const {
    if (!label.empty()) return label == name_->endpoint;
    return dashed_ && equal(dashed_->span(), address) &&
           std::string_view(dashed(address)) == name_->endpoint;
  }

  bool zone_has_endpoints() const {
    bool found = false;
    for (const Slice* slice : state_->slices) {
      slice->each([&](Bytes, std::string_view, std::string_view zone) {
        found = found || zone == name_->topology_zone;
      });
    }
    return found;
  }

  const ParsedName* name_;
  const ServiceState* state_;
  std::optional<Address> dashed_;
  bool zone_matters_ = false;
};

Verdict verdict_of(const Builder& builder) {
  return builder.query().response().answer().empty() ? Verdict::no_data : Verdict::answered;
}

Verdict endpoint_addresses(const Builder& builder,
                           const Selection& selection,
                           dns::NameView owner,
                           const ServiceState& state) {
  const std::size_t size = builder.wants_v4() ? 4 : 16;
  selection.each([&](const Slice&, Bytes address, std::string_view) {
    if (address.size() == size) builder.address(dns::Section::answer, owner, address);
  });
  if (state.repeats_addresses) drop_repeated(builder.query().response(), dns::Section::answer);
  return verdict_of(builder);
}

// An endpoint in another cluster has that cluster's id in its name.
dns::NameView endpoint_name(const Builder& builder,
                            Key service_key,
                            const Slice& slice,
                            std::string_view own) {
  if (slice.cluster().empty()) return builder.service_name({own}, service_key);
  return builder.service_name({own, slice.cluster()}, service_key);
}

std::size_t count_entries(const Selection& selection) {
  std::size_t entries = 0;
  selection.each([&](const Slice& slice, Bytes, std::string_view) {
    for (const SlicePort& port : slice.ports()) entries += selection.port_matters(port) ? 1 : 0;
  });
  return entries;
}

// A hostname may have several addresses, and an address may stand in two slices: both would repeat
// SRV records, which are the same byte by byte then.
Verdict endpoint_services(const Builder& builder,
                          const ParsedName& name,
                          const Selection& selection,
                          dns::NameView owner) {
  const std::uint16_t weight = srv_weight(count_entries(selection));
  dns::Response& response = builder.query().response();
  selection.each([&](const Slice& slice, Bytes address, std::string_view label) {
    const EndpointLabel own(label, address);
    const dns::NameView target = endpoint_name(builder, name.service_key, slice, own.text());
    std::size_t added = 0;
    for (const SlicePort& port : slice.ports()) {
      if (port.number < 0 || !selection.port_matters(port)) continue;
      builder.srv(owner, weight, static_cast<std::uint16_t>(port.number), target);
      ++added;
    }
    if (added != 0) builder.address(dns::Section::additional, target, address);
  });
  drop_repeated(response, dns::Section::answer);
  drop_repeated(response, dns::Section::additional);
  return verdict_of(builder);
}

}  // namespace

bool matches(const ParsedName& name, const SlicePort& port) {
  if (name.kind != NameKind::port) return true;
  return !port.name.empty() && port.name == name.port && port.protocol == name.protocol;
}

std::uint16_t srv_weight(std::size_t entries) {
  constexpr std::size_t kAll = 100;
  return static_cast<std::uint16_t>(
      std::max<std::size_t>(1, kAll / std::max<std::size_t>(1, entries)));
}

Verdict answer_endpoints(const Builder& builder,
                         const ParsedName& name,
                         dns::NameView owner,
                         const ServiceState& state) {
  const Selection selection(name, state);
  bool any = false;
  selection.each([&any](const Slice&, Bytes, std::string_view) { any = true; });
  // A zone that has nothing is no name error: the service is there.
  const bool zonal = name.kind == NameKind::zonal_pin || name.kind == NameKind::zonal_prefer;
  if (!any) return zonal ? Verdict::no_data : Verdict::name_error;
  switch (builder.query().type()) {
    case dns::Type::A:
    case dns::Type::AAAA:
      return endpoint_addresses(builder, selection, owner, state);
    case dns::Type::SRV:
      return endpoint_services(builder, name, selection, owner);
    default:
      return Verdict::no_data;
  }
}

Verdict answer_cluster_ips(const Builder& builder,
                           const ParsedName& name,
                           dns::NameView owner,
                           const ServiceSpec& spec) {
  const auto ports = std::count_if(spec.ports.begin(), spec.ports.end(),
                                   [&](const SlicePort& port) { return matches(name, port); });
  if (ports == 0 || spec.cluster_ips.empty()) return Verdict::name_error;
  const dns::Type type = builder.query().type();
  if (type == dns::Type::A || type == dns::Type::AAAA) {
    for (const Address& ip : spec.cluster_ips) {
      if (ip.is_v4() == builder.wants_v4()) builder.address(dns::Section::answer, owner, ip.span());
    }
  }
  if (type != dns::Type::SRV) return verdict_of(builder);
  const std::size_t entries = static_cast<std::size_t>(ports) * spec.cluster_ips.size();
  const dns::NameView target = builder.service_name({}, name.service_key);
  for (const SlicePort& port : spec.ports) {
    if (port.number < 0 || !matches(name, port)) continue;
    builder.srv(owner, srv_weight(entries), static_cast<std::uint16_t>(port.number), target);
  }
  drop_repeated(builder.query().response(), dns::Section::answer);
  if (verdict_of(builder) == Verdict::answered) {
    for (const Address& ip : spec.cluster_ips)
      builder.address(dns::Section::additional, target, ip.span());
  }
  return verdict_of(builder);
}

}  // namespace catena::kubernetes
