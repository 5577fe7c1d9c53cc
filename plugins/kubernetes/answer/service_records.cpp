// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/service_records.hpp"

#include <utility>

namespace catena::kubernetes {
namespace {

const std::vector<dns::Name> kNoHosts;

void add_names(const PortList& ports, std::vector<std::string>& names) {
  for (const SlicePort& port : ports) {
    names.push_back(std::string(port.name).append(".").append(port.protocol));
  }
}

}  // namespace

ServiceRecords::ServiceRecords(std::string wire_key, const ServiceState& state, ServiceView view)
    : wire_key_(std::move(wire_key)), spec_(state.spec) {
  const bool inside = view == ServiceView::cluster || view == ServiceView::imports;
  inside ? show_inside(state, view) : show_outside(state, view);
}

void ServiceRecords::show_inside(const ServiceState& state, ServiceView view) {
  std::vector<std::string> taken;
  const bool ports_win = view == ServiceView::cluster;
  switch (spec_->kind) {
    case ServiceKind::unresolvable:
      return;
    case ServiceKind::external_name:
      is_alias_ = true;
      return;
    case ServiceKind::headless:
      for (const Slice* slice : state.slices) {
        if (ports_win && slice->has_endpoints()) add_names(slice->ports(), taken);
      }
      endpoints_ = EndpointRecords(state, EndpointNaming::everything, std::move(taken));
      return;
    case ServiceKind::cluster_ip:
      if (!spec_->cluster_ips.empty()) {
        places_ = PlaceRecords(spec_->ports, spec_->cluster_ips, kNoHosts);
        if (ports_win) add_names(spec_->ports, taken);
      }
      endpoints_ = EndpointRecords(state, EndpointNaming::own_names, std::move(taken));
      return;
  }
}

void ServiceRecords::show_outside(const ServiceState& state, ServiceView view) {
  if (spec_->external) {
    places_ = PlaceRecords(spec_->ports, spec_->external->ips, spec_->external->hosts);
    return;
  }
  if (view == ServiceView::external) return;
  const bool headless = spec_->kind == ServiceKind::headless;
  std::vector<std::string> taken;
  for (const Slice* slice : state.slices) {
    if (headless && slice->has_endpoints()) add_names(slice->ports(), taken);
  }
  endpoints_ = EndpointRecords(
      state, headless ? EndpointNaming::everything : EndpointNaming::own_names, std::move(taken));
}

Key ServiceRecords::key() const {
  return {reinterpret_cast<const std::uint8_t*>(wire_key_.data()), wire_key_.size()};
}

bool ServiceRecords::add_some(const RecordBuilder& builder) {
  if (std::exchange(is_alias_, false)) {
    add_alias(builder);
    return true;
  }
  return places_.add_some(builder, key()) || endpoints_.add_some(builder, key());
}

// A name that would be too long does not exist, and has no records.
void ServiceRecords::add_alias(const RecordBuilder& builder) const {
  const dns::NameView own = builder.service_name({}, key());
  if (own.is_root()) return;
  builder.pointer(dns::Section::answer, own, dns::Type::CNAME, spec_->external_name.view());
}

}  // namespace catena::kubernetes
