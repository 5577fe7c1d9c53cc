// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/search_path.hpp"

#include "plugins/kubernetes/answer/client_address.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

// PREFIX.ZONE in the arena; the root where that is too long or the arena is full.
dns::NameView below(Query& query, std::string_view prefix, dns::NameView zone) {
  const std::size_t size = prefix.size() + zone.size();
  if (size > dns::NameView::kMaxSize) return {};
  const std::span<std::uint8_t> wire = query.arena().array<std::uint8_t>(size);
  if (wire.empty()) return {};
  const auto bytes = zone.bytes();
  std::copy(bytes.begin(), bytes.end(), std::copy(prefix.begin(), prefix.end(), wire.begin()));
  return dns::NameView(wire);
}

// Pods on a host's network share its address: the path is that of the one in whose namespace the
// name is looked up. BEYOND CoreDNS, which takes the first.
std::string_view namespace_of(const PodsByAddress& pods, dns::NameView name, dns::NameView zone) {
  const std::string_view label = name.last(zone.label_count() + 2).first_label();
  const auto same = [](char known, char asked) { return known == catena::to_lower(asked); };
  for (const std::string& wire : pods.namespaces) {
    if (std::equal(wire.begin() + 1, wire.end(), label.begin(), label.end(), same)) return wire;
  }
  return pods.namespaces.front();
}

}  // namespace

std::span<const dns::NameView> SearchPath::of(Query& query) const {
  constexpr std::string_view kSvc("\3svc", 4);
  const dns::Name* zone = settings_->zones.match(query.name());
  if (zone == nullptr) return {};
  // Empty but with `pods verified`.
  const PodsByAddress* pods = store_->pods.find(client_address(query).span());
  if (pods == nullptr) return {};
  const dns::NameView services = below(query, kSvc, *zone);
  const dns::NameView nearest = below(query, namespace_of(*pods, query.name(), *zone), services);
  const std::size_t others = host_search_.size();
  const std::span<dns::NameView> path = query.arena().array<dns::NameView>(4 + others);
  if (path.empty() || services.is_root() || nearest.is_root()) return {};
  path[0] = nearest;
  path[1] = services;
  path[2] = *zone;
  std::copy(host_search_.begin(), host_search_.end(), path.begin() + 3);
  path.back() = dns::NameView();
  return path;
}

}  // namespace catena::kubernetes
