// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string_view up_to_dot(std::string_view name) { return name.substr(0, name.find('.')); }

/// Which endpoints and which of their ports a question is about.
class Selection {
 public:
  /// `kind` is that of the name, or what else it can be.
  Selection(const ParsedName& name, const ServiceState& state, NameKind kind)
      : name_(&name), state_(&state), kind_(kind == NameKind::dotted ? NameKind::endpoint : kind) {
    if (kind_ == NameKind::endpoint) dashed_ = parse_dashed(up_to_dot(name.prefix));
    if (kind_ == NameKind::zonal_prefer) zone_matters_ = zone_has_endpoints();
    if (kind_ == NameKind::zonal_pin) zone_matters_ = true;
  }

  /// Calls `visit(slice, address, label)` for each endpoint that is meant.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const Slice* slice : state_->slices) {
      if (!has_port(*slice)) continue;
      slice->each([&](Bytes address, std::string_view label, std::string_view zone) {
        if (kind_ == NameKind::endpoint && !is_named(*slice, address, label)) return;
        if (zone_matters_ && zone != name_->topology_zone) return;
        visit(*slice, address, label);
      });
    }
  }

  /// The name that stands for an endpoint that is meant, the first by name of several; null where
  /// there is none.
  const dns::Name* alias() const {
    const dns::Name* first = nullptr;
    for (const Slice* slice : state_->slices) {
      if (!has_port(*slice)) continue;
      for (const Alias& alias : slice->aliases()) {
        if (kind_ == NameKind::endpoint && !is_called(alias.label, slice->cluster())) continue;
        if (zone_matters_ && alias.zone != name_->topology_zone) continue;
        if (first == nullptr || comes_before(alias.target, *first)) first = &alias.target;
      }
    }
    return first;
  }

  bool port_matters(const SlicePort& port) const {
    return kind_ != NameKind::port || matches(*name_, port);
  }

 private:
  bool has_port(const Slice& slice) const {
    const auto matters = [this](const SlicePort& port) { return port_matters(port); };
    return std::any_of(slice.ports().begin(), slice.ports().end(), matters);
  }

  // LABEL, or LABEL.CLUSTER of an endpoint in another cluster.
  bool is_called(std::string_view label, std::string_view cluster) const {
    std::string_view asked = name_->prefix;
    if (label.empty() || !asked.starts_with(label)) return false;
    asked.remove_prefix(label.size());
    if (cluster.empty()) return asked.empty();
    return asked.starts_with('.') && asked.substr(1) == cluster;
  }

  // Most endpoints are named by their address: the name is read once, not each address written.
  bool is_named(const Slice& slice, Bytes address, std::string_view label) const {
    if (!label.empty()) return is_called(label, slice.cluster());
    return dashed_ && equal(dashed_->span(), address) &&
           is_called(dashed(address), slice.cluster());
  }

  bool zone_has_endpoints() const {
    bool found = false;
    for (const Slice* slice : state_->slices) {
      slice->each([&](Bytes, std::string_view, std::string_view zone) {
        found = found || zone == name_->topology_zone;
      });
      for (const Alias& alias : slice->aliases()) {
        found = found || alias.zone == name_->topology_zone;
      }
    }
    return found;
  }

  const ParsedName* name_;
  const ServiceState* state_;
  NameKind kind_;
  std::optional<Address> dashed_;
  bool zone_matters_ = false;
};

AnswerKind kind_of(const Builder& builder) {
  return builder.has_answered() ? AnswerKind::answered : AnswerKind::no_data;
}

AnswerKind endpoint_addresses(const Builder& builder,
                              const Selection& selection,
                              dns::NameView owner,
                              const ServiceState& state) {
  const std::size_t size = builder.wants_v4() ? 4 : 16;
  selection.each([&](const Slice&, Bytes address, std::string_view) {
    if (address.size() == size) builder.address(dns::Section::answer, owner, address);
  });
  if (state.repeats_addresses) drop_repeated(builder);
  return kind_of(builder);
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
AnswerKind endpoint_services(const Builder& builder,
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
  drop_repeated(builder);
  drop_repeated(response, dns::Section::additional);
  return kind_of(builder);
}

// CoreDNS sends several CNAME records for several names, or beside addresses; one name can have one
// only, and nothing beside it (RFC 1034 section 3.6.2). So addresses win, and then the first name.
Finding from_selection(const Builder& builder,
                       const ParsedName& name,
                       const Selection& selection,
                       dns::NameView owner,
                       const ServiceState& state) {
  bool any = false;
  selection.each([&any](const Slice&, Bytes, std::string_view) { any = true; });
  const dns::Type type = builder.query().type();
  if (!any) {
    const dns::Name* alias = selection.alias();
    if (alias == nullptr) return {};
    return type == dns::Type::SRV ? Finding{AnswerKind::no_data, {}}
                                  : Finding{AnswerKind::elsewhere, *alias};
  }
  switch (type) {
    case dns::Type::A:
    case dns::Type::AAAA:
      return {endpoint_addresses(builder, selection, owner, state), {}};
    case dns::Type::SRV:
      return {endpoint_services(builder, name, selection, owner), {}};
    default:
      return {AnswerKind::no_data, {}};
  }
}

}  // namespace

bool comes_before(dns::NameView a, dns::NameView b) {
  const auto less = [](std::uint8_t x, std::uint8_t y) {
    return catena::to_lower(static_cast<char>(x)) < catena::to_lower(static_cast<char>(y));
  };
  return std::ranges::lexicographical_compare(a.bytes(), b.bytes(), less);
}

dns::NameView endpoint_name(const RecordBuilder& builder,
                            Key service_key,
                            const Slice& slice,
                            std::string_view own) {
  if (slice.cluster().empty()) return builder.service_name({own}, service_key);
  return builder.service_name({own, slice.cluster()}, service_key);
}

bool matches(const ParsedName& name, const SlicePort& port) {
  if (name.kind != NameKind::port) return true;
  return (name.port.empty() || port.name == name.port) &&
         (name.protocol.empty() || port.protocol == name.protocol);
}

bool is_of_service(const ParsedName& name) {
  return name.kind == NameKind::service ||
         (name.kind == NameKind::port && name.port.empty() && name.protocol.empty());
}

std::uint16_t srv_weight(std::size_t entries) {
  constexpr std::size_t kAll = 100;
  return static_cast<std::uint16_t>(
      std::max<std::size_t>(1, kAll / std::max<std::size_t>(1, entries)));
}

Finding answer_endpoint(const Builder& builder,
                        const ParsedName& name,
                        dns::NameView owner,
                        const ServiceState& state) {
  return from_selection(builder, name, Selection(name, state, NameKind::endpoint), owner, state);
}

Finding answer_endpoints(const Builder& builder,
                         const ParsedName& name,
                         dns::NameView owner,
                         const ServiceState& state) {
  const Finding found =
      from_selection(builder, name, Selection(name, state, name.kind), owner, state);
  if (found.kind != AnswerKind::name_error) return found;
  // A topology zone that has nothing is no name error: the service is there.
  const bool zonal = name.kind == NameKind::zonal_pin || name.kind == NameKind::zonal_prefer;
  if (zonal) return {AnswerKind::no_data, {}};
  return name.kind == NameKind::port ? answer_endpoint(builder, name, owner, state) : found;
}

AnswerKind answer_cluster_ips(const Builder& builder,
                              const ParsedName& name,
                              dns::NameView owner,
                              const ServiceSpec& spec) {
  const auto ports = std::count_if(spec.ports.begin(), spec.ports.end(),
                                   [&](const SlicePort& port) { return matches(name, port); });
  if (ports == 0 || spec.cluster_ips.empty()) return AnswerKind::name_error;
  const dns::Type type = builder.query().type();
  if (type == dns::Type::A || type == dns::Type::AAAA) {
    for (const Address& ip : spec.cluster_ips) {
      if (ip.is_v4() == builder.wants_v4()) builder.address(dns::Section::answer, owner, ip.span());
    }
  }
  if (type != dns::Type::SRV) return kind_of(builder);
  const std::size_t entries = static_cast<std::size_t>(ports) * spec.cluster_ips.size();
  const dns::NameView target = builder.service_name({}, name.service_key);
  for (const SlicePort& port : spec.ports) {
    if (port.number < 0 || !matches(name, port)) continue;
    builder.srv(owner, srv_weight(entries), static_cast<std::uint16_t>(port.number), target);
  }
  drop_repeated(builder);
  if (builder.has_answered()) {
    for (const Address& ip : spec.cluster_ips)
      builder.address(dns::Section::additional, target, ip.span());
  }
  return kind_of(builder);
}

}  // namespace catena::kubernetes
