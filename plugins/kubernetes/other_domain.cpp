// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/other_domain.hpp"

#include "core/plugin/engine.hpp"

#include <array>

namespace catena::kubernetes {
namespace {

constexpr std::size_t kServiceLabels = 3;

bool is_svc(std::string_view label) {
  return label.size() == 3 && catena::to_lower(label[0]) == 's' &&
         catena::to_lower(label[1]) == 'v' && catena::to_lower(label[2]) == 'c';
}

}  // namespace

OtherDomain::OtherDomain(const Zones& zones,
                         const Store& store,
                         Log log,
                         metrics::Registry& metrics)
    : zones_(&zones),
      store_(&store),
      log_(std::move(log)),
      queries_(metrics.counter(
          "catena_kubernetes_other_domain_queries_total",
          "Queries for services of this cluster under a domain that is not configured.")) {}

void OtherDomain::look(const Query& query) const {
  const dns::NameView name = query.name();
  if (!is_svc(name.without_first(2).first_label()) || !is_service(name)) return;
  queries_.add(query.engine().lane());
  if (said_.exchange(true, std::memory_order_relaxed)) return;
  log_.warning(
      "queries for services of this cluster come under the domain {} ({}), which is none of the "
      "zones here ({}): does the kubelet's clusterDomain say otherwise?",
      name.without_first(kServiceLabels).to_lower_text(), name.to_lower_text(), zones_->to_text());
}

bool OtherDomain::is_service(dns::NameView name) const {
  if (name.without_first(kServiceLabels).is_root()) return false;
  std::array<std::uint8_t, dns::NameView::kMaxSize> folded;
  dns::fold_to(name, folded.data());
  const std::size_t size = name.size() - name.without_first(2).size();
  return store_->services.find({folded.data(), size}) != nullptr;
}

}  // namespace catena::kubernetes
