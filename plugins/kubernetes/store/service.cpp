// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/service.hpp"

#include <algorithm>

namespace catena::kubernetes {

std::optional<std::string> wire_key(std::initializer_list<std::string_view> labels) {
  std::string key;
  for (const std::string_view label : labels) {
    if (label.empty() || label.size() > dns::NameView::kMaxLabel) return std::nullopt;
    key += static_cast<char>(label.size());
    key += to_lower(label);
  }
  return key;
}

namespace {

// CoreDNS serves no ExternalName that parses as an address (kubernetes.md 4.4).
ServiceKind external_kind(const std::string& target, StoredName& name) {
  if (target.empty() || parse_address(target)) return ServiceKind::unresolvable;
  const auto parsed = dns::Name::parse(target);
  if (!parsed) return ServiceKind::unresolvable;
  name = StoredName(*parsed);
  return ServiceKind::external_name;
}

}  // namespace

ServiceSpec::ServiceSpec(const api::ServiceObject& object) : ports(object.ports) {
  if (object.type == "ExternalName") {
    kind = external_kind(object.external_name, external_name);
    return;
  }
  if (!object.cluster_ips.empty() && object.cluster_ips.front() == "None") {
    kind = ServiceKind::headless;
    return;
  }
  for (const std::string& text : object.cluster_ips) {
    const auto address = parse_address(text);
    const bool known =
        address && std::find(cluster_ips.begin(), cluster_ips.end(), *address) != cluster_ips.end();
    if (address && !known) cluster_ips.push_back(*address);
  }
}

bool ServiceState::has_endpoints() const {
  return std::any_of(slices.begin(), slices.end(), [](const Slice* s) { return s->size() != 0; });
}

void ServiceEntry::publish(std::unique_ptr<ServiceState> state, epoch::Domain& epoch) {
  const ServiceState* old = state_.exchange(state.release(), std::memory_order_acq_rel);
  if (old != nullptr) epoch.retire(std::unique_ptr<ServiceState>(const_cast<ServiceState*>(old)));
}

}  // namespace catena::kubernetes
