// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/timestamp.hpp"
#include "plugins/kubernetes/store/writer.hpp"

#include <algorithm>
#include <array>

namespace catena::kubernetes {
namespace {

// 0.001 s, doubling, 20 of them: the bounds of CoreDNS's dns_programming_duration_seconds.
std::span<const double> programming_buckets() {
  static constexpr std::array<double, 20> kBounds = [] {
    std::array<double, 20> bounds{};
    double bound = 0.001;
    for (double& b : bounds) b = bound, bound *= 2;
    return bounds;
  }();
  return kBounds;
}

metrics::Histogram& programming_seconds(metrics::Registry& metrics, std::string kind) {
  return metrics.histogram("coredns_kubernetes_dns_programming_duration_seconds",
                           "Histogram of the time (in seconds) it took to program a dns instance.",
                           programming_buckets(), {{"service_kind", std::move(kind)}});
}

std::vector<Address> difference(const std::vector<Address>& a, const std::vector<Address>& b) {
  std::vector<Address> only_a;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only_a));
  return only_a;
}

// Those that no other slice of the service has.
std::vector<Address> only_here(const PointerList<Slice>& slices,
                               const Slice& slice,
                               std::vector<Address> addresses) {
  if (slices.size() < 2) return addresses;
  return difference(addresses, addresses_elsewhere(slices, slice, addresses));
}

}  // namespace

SliceSink::SliceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context, ServiceOrigin::cluster),
      bad_addresses_(bad_addresses(context.metrics)),
      cluster_ip_seconds_(programming_seconds(context.metrics, "cluster_ip")),
      headless_seconds_(programming_seconds(context.metrics, "headless_with_selector")) {}

void SliceSink::apply(KeptSlice& kept, const api::SliceObject& object) {
  const auto key = wire_key({object.service_name, object.metadata.name_space});
  ServiceEntry* const old_entry = std::exchange(kept.entry, nullptr);
  std::unique_ptr<Slice> old = std::move(kept.slice);
  if (!key) {
    // A slice of no service is somebody else's business, not a mistake (EndpointSlice API).
    if (!object.service_name.empty()) {
      context_->skip("endpointslices", object.metadata, "its service's name is no DNS label");
    }
    return withdraw(old_entry, std::move(old));
  }
  BadAddresses bad;
  kept.slice = std::make_unique<Slice>(object, context_->endpoint_names, bad);
  if (bad.count != 0) {
    bad_addresses_.add(Lane::shared, bad.count);
    context_->complain("endpointslices", object.metadata,
                       fmt::format("'{:.60}' is no address", bad.first));
  }
  ServiceEntry& entry = entries_.entry(*key);
  if (old_entry != &entry) withdraw(old_entry, std::move(old));
  kept.entry = &entry;
  entries_.replace_slice(entry, old.get(), kept.slice.get(),
                         [&] { index(entry, old.get(), *kept.slice); });
  if (old) context_->epoch.retire(std::move(old));
  measure(entry, object);
}

void SliceSink::forget(KeptSlice& kept) { withdraw(kept.entry, std::move(kept.slice)); }

void SliceSink::withdraw(ServiceEntry* entry, std::unique_ptr<Slice> slice) {
  if (!slice) return;
  // Before the service's entry may go with its last slice: the index points to it.
  unindex(*entry, *slice);
  entries_.replace_slice(*entry, slice.get(), nullptr);
  context_->epoch.retire(std::move(slice));
}

// Another slice of the service may hold the address too, while endpoints move between slices.
void SliceSink::index(ServiceEntry& entry, const Slice* before, const Slice& after) {
  const std::vector<Address> was =
      before == nullptr ? std::vector<Address>() : sorted_addresses(*before);
  const std::vector<Address> is = sorted_addresses(after);
  const PointerList<Slice>& slices = entry.state()->slices;
  for (const Address& address : only_here(slices, after, difference(is, was))) {
    store().by_endpoint.add(address.span(), entry);
  }
  for (const Address& address : only_here(slices, after, difference(was, is))) {
    store().by_endpoint.remove(address.span(), entry);
  }
}

void SliceSink::unindex(ServiceEntry& entry, const Slice& slice) {
  const PointerList<Slice>& slices = entry.state()->slices;
  for (const Address& address : only_here(slices, slice, sorted_addresses(slice))) {
    store().by_endpoint.remove(address.span(), entry);
  }
}

// BEYOND CoreDNS: the first list is not measured, its triggers are as old as the cluster.
void SliceSink::measure(const ServiceEntry& entry, const api::SliceObject& object) {
  if (!synced() || object.last_change_trigger_time.empty()) return;
  const ServiceState* state = entry.state();
  if (state == nullptr || !state->spec) return;
  const auto triggered = api::parse_timestamp(object.last_change_trigger_time);
  if (!triggered) return;
  const std::chrono::duration<double> took = context_->clock.wall() - *triggered;
  const bool headless = state->spec->kind == ServiceKind::headless;
  (headless ? headless_seconds_ : cluster_ip_seconds_).observe(Lane::shared, took.count());
}

}  // namespace catena::kubernetes
