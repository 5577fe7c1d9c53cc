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

// CoreDNS serves no ExternalName that parses as an address.
ServiceKind external_kind(const std::string& target, StoredName& name) {
  if (target.empty() || parse_address(target)) return ServiceKind::unresolvable;
  const auto parsed = dns::Name::parse(target);
  if (!parsed) return ServiceKind::unresolvable;
  name = StoredName(*parsed);
  return ServiceKind::external_name;
}

template <class T>
void add_new(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

std::unique_ptr<const ExternalPlaces> external_places(const api::ServiceObject& object) {
  if (object.external_ips.empty() && object.balancers.empty()) return nullptr;
  auto places = std::make_unique<ExternalPlaces>();
  for (const std::vector<std::string>* texts : {&object.external_ips, &object.balancers}) {
    for (const std::string& text : *texts) {
      if (const auto address = parse_address(text)) {
        add_new(places->ips, *address);
      } else if (const auto name = dns::Name::parse(text)) {
        add_new(places->hosts, *name);
      }
    }
  }
  if (places->ips.empty() && places->hosts.empty()) return nullptr;
  return places;
}

}  // namespace

ServiceSpec::ServiceSpec(const api::ServiceObject& object)
    : ports(object.ports), external(external_places(object)) {
  if (object.type == "ExternalName") {
    kind = external_kind(object.external_name, external_name);
    return;
  }
  if (!object.cluster_ips.empty() && object.cluster_ips.front() == "None") {
    kind = ServiceKind::headless;
    return;
  }
  for (const std::string& text : object.cluster_ips) {
    if (const auto address = parse_address(text)) add_new(cluster_ips, *address);
  }
}

bool ServiceState::has_endpoints() const {
  return std::any_of(slices.begin(), slices.end(),
                     [](const Slice* s) { return s->has_endpoints(); });
}

void ServiceEntry::publish(std::unique_ptr<ServiceState> state, epoch::Domain& epoch) {
  const ServiceState* old = state_.exchange(state.release(), std::memory_order_acq_rel);
  if (old != nullptr) epoch.retire(std::unique_ptr<ServiceState>(const_cast<ServiceState*>(old)));
}

}  // namespace catena::kubernetes
