// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/writer.hpp"

#include <algorithm>

namespace catena::kubernetes {

std::vector<Address> addresses_elsewhere(const std::vector<const Slice*>& slices,
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

// An address in two slices, or twice in one: then answers have to look for duplicates.
bool repeats(const std::vector<const Slice*>& slices) {
  std::vector<Address> all;
  for (const Slice* slice : slices) {
    if (slice->repeats_itself()) return true;
    const std::vector<Address> some = sorted_addresses(*slice);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) != all.end();
}

// The same where only `slice`, one of them, can be to blame.
bool repeats_others(const Slice& slice, const std::vector<const Slice*>& slices) {
  if (slice.repeats_itself()) return true;
  return slices.size() > 1 && !addresses_elsewhere(slices, slice, sorted_addresses(slice)).empty();
}

}  // namespace

void WriterContext::touch(std::atomic<std::uint32_t>& serial) const {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch());
  serial.store(static_cast<std::uint32_t>(now.count()), std::memory_order_relaxed);
}

void WriterContext::skip(std::string_view what,
                         const api::Metadata& metadata,
                         std::string_view why) const {
  metrics
      .counter("catena_kubernetes_skipped_objects_total",
               "Objects of the API that break rules and are not served.",
               {{"resource", std::string(what)}})
      .add(Lane::shared);
  log.warning("{} {}/{} is not served: {}", what, metadata.name_space, metadata.name, why);
}

metrics::Counter& bad_addresses(metrics::Registry& metrics) {
  return metrics.counter("catena_kubernetes_bad_addresses_total",
                         "Endpoint addresses that are none and are not served.");
}

void AddressIndexWriter::add(const Address& address, const ServiceEntry& service) {
  const ServicesByAddress* old = index_->find(address.span());
  auto node =
      std::make_unique<ServicesByAddress>(old == nullptr ? ServicesByAddress{address, {}} : *old);
  if (std::find(node->services.begin(), node->services.end(), &service) != node->services.end())
    return;
  node->services.push_back(&service);
  index_->put(std::move(node));
}

void AddressIndexWriter::remove(const Address& address, const ServiceEntry& service) {
  const ServicesByAddress* old = index_->find(address.span());
  if (old == nullptr) return;
  auto node = std::make_unique<ServicesByAddress>(*old);
  std::erase(node->services, &service);
  if (node->services.empty()) return index_->erase(address.span());
  index_->put(std::move(node));
}

ServiceEntry& ServiceEntryWriter::entry(const std::string& wire_key) {
  if (ServiceEntry* found = index_->find(key_of(wire_key))) return *found;
  return *index_->put(std::make_unique<ServiceEntry>(wire_key));
}

void ServiceEntryWriter::set_spec(ServiceEntry& entry, std::shared_ptr<const ServiceSpec> spec) {
  const ServiceState* old = entry.state();
  auto state =
      old == nullptr ? std::make_unique<ServiceState>() : std::make_unique<ServiceState>(*old);
  state->spec = std::move(spec);
  publish(entry, std::move(state));
}

void ServiceEntryWriter::replace_slice(ServiceEntry& entry,
                                       const Slice* before,
                                       const Slice* after) {
  const ServiceState* old = entry.state();
  auto state =
      old == nullptr ? std::make_unique<ServiceState>() : std::make_unique<ServiceState>(*old);
  std::erase(state->slices, before);
  if (after != nullptr) state->slices.push_back(after);
  if (state->repeats_addresses) {
    state->repeats_addresses = repeats(state->slices);
  } else if (after != nullptr) {
    state->repeats_addresses = repeats_others(*after, state->slices);
  }
  publish(entry, std::move(state));
}

void ServiceEntryWriter::publish(ServiceEntry& entry, std::unique_ptr<ServiceState> state) {
  const bool empty = !state->spec && state->slices.empty();
  entry.publish(std::move(state), *epoch_);
  if (empty) index_->erase(entry.key());
}

ServiceSink::ServiceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context.store.services, context.epoch),
      addresses_(context.store.by_cluster_ip) {}

void ServiceSink::apply(KeptService& kept, const api::ServiceObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("service", object.metadata, "its name is no DNS label");
  const std::shared_ptr<const ServiceSpec> before = std::move(kept.spec);
  kept.spec = std::make_shared<const ServiceSpec>(object);
  ServiceEntry& entry = entries_.entry(*key);
  kept.entry = &entry;
  entries_.set_spec(entry, kept.spec);
  set_addresses(entry, before.get(), kept.spec.get());
  context_->touch();
}

void ServiceSink::forget(KeptService& kept) {
  if (kept.entry == nullptr) return;
  set_addresses(*kept.entry, kept.spec.get(), nullptr);
  entries_.set_spec(*kept.entry, nullptr);
  context_->touch();
}

void ServiceSink::set_addresses(ServiceEntry& entry,
                                const ServiceSpec* before,
                                const ServiceSpec* after) {
  static const std::vector<Address> kNone;
  const auto& old_ips = before == nullptr ? kNone : before->cluster_ips;
  const auto& new_ips = after == nullptr ? kNone : after->cluster_ips;
  for (const Address& ip : new_ips) addresses_.add(ip, entry);
  for (const Address& ip : old_ips) {
    if (std::find(new_ips.begin(), new_ips.end(), ip) == new_ips.end())
      addresses_.remove(ip, entry);
  }
}

NamespaceSink::NamespaceSink(const WriterContext& context)
    : ResourceSink(context.store), context_(&context) {}

void NamespaceSink::apply(KeptNamespace& kept, const api::NamespaceObject& object) {
  const auto key = wire_key({object.metadata.name});
  if (!key) return context_->skip("namespace", object.metadata, "its name is no DNS label");
  if (!kept.wire_key.empty()) return;
  kept.wire_key = *key;
  store().namespaces.put(std::make_unique<NamespaceEntry>(NamespaceEntry{*key}));
}

void NamespaceSink::forget(KeptNamespace& kept) {
  if (!kept.wire_key.empty()) store().namespaces.erase(key_of(kept.wire_key));
}

}  // namespace catena::kubernetes
