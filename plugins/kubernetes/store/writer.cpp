// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/writer.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

Key key_of(const std::string& wire) {
  return {reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()};
}

// More than one slice, or a slice that repeats itself: then answers have to look for duplicates.
bool repeats(const std::vector<const Slice*>& slices) {
  std::vector<Address> all;
  for (const Slice* slice : slices) {
    slice->each([&all](std::span<const std::uint8_t> address, std::string_view, std::string_view) {
      all.push_back(Address::of(address));
    });
  }
  std::sort(all.begin(), all.end());
  return std::adjacent_find(all.begin(), all.end()) != all.end();
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

void AddressIndexWriter::replace(const ServiceEntry& service,
                                 const std::vector<Address>& before,
                                 const std::vector<Address>& after) {
  for (const Address& ip : after) add(ip, service);
  for (const Address& ip : before) {
    if (std::find(after.begin(), after.end(), ip) == after.end()) remove(ip, service);
  }
}

ServiceEntry& ServiceEntryWriter::entry(const std::string& wire_key) {
  if (ServiceEntry* found = store_->services.find(key_of(wire_key))) return *found;
  return *store_->services.put(std::make_unique<ServiceEntry>(wire_key));
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
  state->repeats_addresses = repeats(state->slices);
  publish(entry, std::move(state));
}

void ServiceEntryWriter::publish(ServiceEntry& entry, std::unique_ptr<ServiceState> state) {
  const bool empty = !state->spec && state->slices.empty();
  entry.publish(std::move(state), *epoch_);
  if (empty) store_->services.erase(entry.key());
}

ServiceSink::ServiceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context.store, context.epoch),
      addresses_(context.store.by_cluster_ip),
      external_addresses_(context.store.by_external_ip) {}

void ServiceSink::apply(KeptService& kept, const api::ServiceObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("service", object.metadata, "its name is no DNS label");
  const std::shared_ptr<const ServiceSpec> before = std::move(kept.spec);
  kept.wire_key = *key;
  kept.spec = std::make_shared<const ServiceSpec>(object);
  ServiceEntry& entry = entries_.entry(*key);
  entries_.set_spec(entry, kept.spec);
  set_addresses(entry, before.get(), kept.spec.get());
  touch(before.get(), kept.spec.get());
}

void ServiceSink::forget(KeptService& kept) {
  if (kept.wire_key.empty()) return;
  ServiceEntry& entry = entries_.entry(kept.wire_key);
  set_addresses(entry, kept.spec.get(), nullptr);
  entries_.set_spec(entry, nullptr);
  touch(kept.spec.get(), nullptr);
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

void ServiceSink::touch(const ServiceSpec* before, const ServiceSpec* after) {
  context_->touch();
  if (external_differs(before, after)) context_->touch(context_->store.external_serial);
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
