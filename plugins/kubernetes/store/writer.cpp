// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/writer.hpp"

#include "core/base/one_line.hpp"

#include "plugins/kubernetes/api/skipped_objects.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubernetes {

std::vector<Address> addresses_elsewhere(const PointerList<Slice>& slices,
                                         const Slice& except,
                                         const std::vector<Address>& addresses) {
  std::vector<Address> found;
  for (const Slice* slice : slices) {
    if (slice == &except) continue;
    slice->each([&](std::span<const std::uint8_t> bytes, std::string_view, std::string_view) {
      const Address address = Address::of(bytes);
      if (std::binary_search(addresses.begin(), addresses.end(), address)) found.push_back(address);
    });
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

namespace {

Key key_of(const std::string& wire) {
  return {reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()};
}

// By name, then namespace, as they are read: in wire form a shorter label would come first.
bool comes_before(const ServiceEntry* a, const ServiceEntry* b) {
  const int order = first_label(a->key()).compare(first_label(b->key()));
  if (order != 0) return order < 0;
  return first_label(a->namespace_key()) < first_label(b->namespace_key());
}

/// "NAMESPACE/NAME".
std::string name_of(const ServiceEntry& entry) {
  return fmt::format("{}/{}", first_label(entry.namespace_key()), first_label(entry.key()));
}

// An address in two slices, or twice in one: then answers have to look for duplicates.
bool repeats(const PointerList<Slice>& slices) {
  std::vector<Address> all;
  for (const Slice* slice : slices) {
    if (slice->repeats_itself()) return true;
    const std::vector<Address> some = sorted_addresses(*slice);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) != all.end();
}

// Whether an address comes to the service or leaves it, not only from one slice to another.
bool moves_addresses(const PointerList<Slice>& slices, const Slice* before, const Slice* after) {
  const auto addresses = [](const Slice* slice) {
    return slice == nullptr ? std::vector<Address>() : sorted_addresses(*slice);
  };
  const std::vector<Address> was = addresses(before);
  const std::vector<Address> is = addresses(after);
  std::vector<Address> moved;
  std::set_symmetric_difference(was.begin(), was.end(), is.begin(), is.end(),
                                std::back_inserter(moved));
  if (moved.empty()) return false;
  const Slice& except = after != nullptr ? *after : *before;
  return addresses_elsewhere(slices, except, moved).size() != moved.size();
}

// As repeats(), where only `slice`, one of them, can be to blame.
bool repeats_others(const Slice& slice, const PointerList<Slice>& slices) {
  if (slice.repeats_itself()) return true;
  return slices.size() > 1 && !addresses_elsewhere(slices, slice, sorted_addresses(slice)).empty();
}

}  // namespace

// handed_out is read by an exchange, which comes before or behind that of hand_out(): a transfer
// that does not see the change has left its serial there.
void WriterContext::touch(std::atomic<std::uint32_t>& serial) const {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch());
  const std::uint32_t sent = store.handed_out.fetch_add(0, std::memory_order_acq_rel);
  serial.store(std::max(static_cast<std::uint32_t>(now.count()), sent + 1),
               std::memory_order_release);
  store.changed = true;
}

// Before the cluster has been seen whole each object counts as new records.
Shown WriterContext::shown(const ServiceEntry& entry,
                           const ServiceState* state,
                           ServiceOrigin origin) const {
  if (state == nullptr || !store.synced()) return {};
  const bool zonal = store.zonal.load(std::memory_order_relaxed);
  return show(entry.key(), *state, origin, zonal ? ZonalNames::shown : ZonalNames::hidden);
}

void WriterContext::compare(const Shown& before, const Shown& after, ServiceOrigin origin) const {
  const bool all = !store.synced();
  if (origin == ServiceOrigin::import) {
    if (all || before.inside != after.inside) touch(store.import_serial);
    return;
  }
  if (all || before.inside != after.inside) touch(store.serial);
  if (all || before.outside != after.outside) touch(store.external_serial);
  if (all || before.outside_and_headless != after.outside_and_headless) {
    touch(store.external_headless_serial);
  }
}

bool WriterContext::is_shown(Key namespace_key) const {
  return !store.synced() || store.namespaces.find(namespace_key) != nullptr;
}

void WriterContext::skip(std::string_view resource,
                         const api::Metadata& metadata,
                         std::string_view why) const {
  api::skipped_objects(metrics, resource, api::kInvalid).add(Lane::shared);
  complain(resource, metadata, fmt::format("it is not served: {}", why));
}

void WriterContext::complain(std::string_view resource,
                             const api::Metadata& metadata,
                             std::string_view what) const {
  const std::string_view slash = metadata.name_space.empty() ? "" : "/";
  std::string text = one_line(
      fmt::format("{}: {}{}{}: {}", resource, metadata.name_space, slash, metadata.name, what));
  if (complaints.first(text)) log.warning("{}", text);
}

metrics::Counter& bad_addresses(metrics::Registry& metrics) {
  return metrics.counter("catena_kubernetes_bad_addresses_total",
                         "Addresses of Services, endpoints and pods that are none.");
}

void AddressIndexWriter::add(const Address& address, const ServiceEntry& service) {
  const ServicesByAddress* old = index_->find(address.span());
  auto node =
      std::make_unique<ServicesByAddress>(old == nullptr ? ServicesByAddress{address, {}} : *old);
  auto& services = node->services;
  if (std::find(services.begin(), services.end(), &service) != services.end()) return;
  const auto place = std::upper_bound(services.begin(), services.end(), &service, comes_before);
  services.insert(place, &service);
  index_->put(std::move(node));
}

void AddressIndexWriter::remove(const Address& address, const ServiceEntry& service) {
  const ServicesByAddress* old = index_->find(address.span());
  if (old == nullptr) return;
  auto node = std::make_unique<ServicesByAddress>(*old);
  node->services.erase(&service);
  if (node->services.empty()) return index_->erase(address.span());
  index_->put(std::move(node));
}

void AddressIndexWriter::replace(const ServiceEntry& service,
                                 const std::vector<Address>& before,
                                 const std::vector<Address>& after) {
  for (const Address& ip : after) add(ip, service);
  for (const Address& ip : before) {
    if (std::find(after.begin(), after.end(), ip) == after.end()) remove(ip, service);
  }
}

ServiceEntry& ServiceEntryWriter::entry(const std::string& wire_key) {
  if (ServiceEntry* found = index_->find(key_of(wire_key))) return *found;
  return *index_->put(std::make_unique<ServiceEntry>(wire_key));
}

void ServiceEntryWriter::set_spec(ServiceEntry& entry,
                                  std::shared_ptr<const ServiceSpec> spec,
                                  const Besides& besides) {
  const ServiceState* old = entry.state();
  auto state =
      old == nullptr ? std::make_unique<ServiceState>() : std::make_unique<ServiceState>(*old);
  state->spec = std::move(spec);
  // Names may come and go without records.
  context_->store.changed = true;
  publish(entry, std::move(state), Moves::unknown, besides);
}

void ServiceEntryWriter::replace_slice(ServiceEntry& entry,
                                       const Slice* before,
                                       const Slice* after,
                                       const Besides& besides) {
  const ServiceState* old = entry.state();
  auto state =
      old == nullptr ? std::make_unique<ServiceState>() : std::make_unique<ServiceState>(*old);
  state->slices.erase(before);
  if (after != nullptr) state->slices.push_back(after);
  if (state->repeats_addresses) {
    state->repeats_addresses = repeats(state->slices);
  } else if (after != nullptr) {
    state->repeats_addresses = repeats_others(*after, state->slices);
  }
  const bool moves = moves_addresses(state->slices, before, after);
  publish(entry, std::move(state), moves ? Moves::addresses : Moves::unknown, besides);
}

// All records of a service are looked at only where it is not plain that they differ: large
// services change by the addresses of their endpoints.
void ServiceEntryWriter::publish(ServiceEntry& entry,
                                 std::unique_ptr<ServiceState> state,
                                 Moves moves,
                                 const Besides& besides) {
  const bool empty = !state->spec && state->slices.empty();
  const bool shown = context_->is_shown(entry.namespace_key());
  const std::shared_ptr<const ServiceSpec> spec = state->spec;
  Shown before, after;
  if (shown && moves == Moves::unknown) {
    before = context_->shown(entry, entry.state(), origin_);
    after = context_->shown(entry, state.get(), origin_);
  } else if (shown) {
    after = with_other_endpoints(spec.get());
  }
  entry.publish(std::move(state), context_->epoch);
  if (besides) besides();
  if (empty) index_->erase(entry.key());
  if (shown) context_->compare(before, after, origin_);
}

// What differs from nothing where endpoints came or went: PTR records of endpoints need no service.
Shown ServiceEntryWriter::with_other_endpoints(const ServiceSpec* spec) const {
  if (spec == nullptr) return {.inside = origin_ == ServiceOrigin::cluster ? 1u : 0u};
  return {.inside = 1, .outside = 0, .outside_and_headless = spec->external ? 0u : 1u};
}

ServiceSink::ServiceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context, ServiceOrigin::cluster),
      addresses_(context.store.by_cluster_ip),
      external_addresses_(context.store.by_external_ip),
      bad_addresses_(bad_addresses(context.metrics)),
      shared_addresses_(context.metrics.counter("catena_kubernetes_shared_cluster_ips_total",
                                                "Cluster IPs that two Services came to have.")) {}

void ServiceSink::apply(KeptService& kept, const api::ServiceObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("services", object.metadata, "its name is no DNS label");
  auto spec = std::make_shared<const ServiceSpec>(object);
  // Most updates of a service are about what is not served.
  if (kept.spec && *kept.spec == *spec) return look_at_addresses(object, *kept.spec);
  const std::shared_ptr<const ServiceSpec> before = std::exchange(kept.spec, std::move(spec));
  ServiceEntry& entry = entries_.entry(*key);
  kept.entry = &entry;
  entries_.set_spec(entry, kept.spec, [&] { set_addresses(entry, before.get(), kept.spec.get()); });
  look_at_addresses(object, *kept.spec);
}

void ServiceSink::look_at_addresses(const api::ServiceObject& object, const ServiceSpec& spec) {
  for (const Address& ip : spec.cluster_ips) {
    if (store().by_cluster_ip.find(ip.span())->services.size() > 1) suspects_.push_back(ip);
  }
  if (spec.kind != ServiceKind::cluster_ip) return;
  for (const std::string& text : object.cluster_ips) {
    if (parse_address(text)) continue;
    bad_addresses_.add(Lane::shared);
    context_->complain("services", object.metadata,
                       fmt::format("its cluster IP '{:.60}' is no address", text));
  }
}

// Not before the whole state is there: a service that has gone may have had the address.
void ServiceSink::settle() {
  for (const Address& ip : std::exchange(suspects_, {})) {
    const ServicesByAddress* found = store().by_cluster_ip.find(ip.span());
    if (found == nullptr || found->services.size() < 2) continue;
    shared_addresses_.add(Lane::shared);
    std::string text = one_line(fmt::format(
        "services: {} and {} have the same cluster IP {}; its name is that of the first",
        name_of(*found->services[0]), name_of(*found->services[1]), address_text(ip)));
    if (context_->complaints.first(text)) context_->log.warning("{}", text);
  }
}

void ServiceSink::forget(KeptService& kept) {
  if (kept.entry == nullptr) return;
  set_addresses(*kept.entry, kept.spec.get(), nullptr);
  entries_.set_spec(*kept.entry, nullptr);
}

void ServiceSink::set_addresses(ServiceEntry& entry,
                                const ServiceSpec* before,
                                const ServiceSpec* after) {
  static const std::vector<Address> kNone;
  const auto inside = [](const ServiceSpec* spec) -> const std::vector<Address>& {
    return spec == nullptr ? kNone : spec->cluster_ips;
  };
  const auto outside = [](const ServiceSpec* spec) -> const std::vector<Address>& {
    return spec == nullptr || !spec->external ? kNone : spec->external->ips;
  };
  addresses_.replace(entry, inside(before), inside(after));
  external_addresses_.replace(entry, outside(before), outside(after));
}

NamespaceSink::NamespaceSink(const WriterContext& context)
    : ResourceSink(context.store), context_(&context) {}

void NamespaceSink::apply(KeptNamespace& kept, const api::NamespaceObject& object) {
  const auto key = wire_key({object.metadata.name});
  if (!key) return context_->skip("namespaces", object.metadata, "its name is no DNS label");
  if (!kept.wire_key.empty()) return;
  kept.wire_key = *key;
  store().namespaces.put(std::make_unique<NamespaceEntry>(NamespaceEntry{*key}));
  store().changed = true;
  touch_all_of(key_of(*key));
}

void NamespaceSink::forget(KeptNamespace& kept) {
  if (kept.wire_key.empty()) return;
  const std::string key = std::exchange(kept.wire_key, {});
  store().namespaces.erase(key_of(key));
  store().changed = true;
  touch_all_of(key_of(key));
}

// What is in a namespace comes and goes with it; the objects come before or behind it.
void NamespaceSink::touch_all_of(Key namespace_key) const {
  const auto touch_services = [&](const HashIndex<ServiceEntry>& services, ServiceOrigin origin) {
    services.each([&](const ServiceEntry& entry) {
      if (!std::ranges::equal(entry.namespace_key(), namespace_key)) return;
      context_->compare({}, context_->shown(entry, entry.state(), origin), origin);
    });
  };
  touch_services(context_->store.services, ServiceOrigin::cluster);
  touch_services(context_->store.imports, ServiceOrigin::import);
  bool pods = false;
  context_->store.pods.each([&](const PodsByAddress& at) {
    pods = pods || std::any_of(at.namespaces.begin(), at.namespaces.end(), [&](const auto& wire) {
             return std::ranges::equal(key_of(wire), namespace_key);
           });
  });
  if (!pods) return;
  context_->touch(context_->store.serial);
  context_->touch(context_->store.import_serial);
}

}  // namespace catena::kubernetes
