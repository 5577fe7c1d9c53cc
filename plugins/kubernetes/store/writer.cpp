// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/writer.hpp"

#include "core/base/one_line.hpp"

#include "plugins/kubernetes/api/skipped_objects.hpp"

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

bool key_less(const ServiceEntry* a, const ServiceEntry* b) {
  return std::ranges::lexicographical_compare(a->key(), b->key());
}

/// "NAMESPACE/NAME".
std::string name_of(const ServiceEntry& entry) {
  const Key name_space = entry.namespace_key();
  const auto text = [](Key label) {
    return std::string(reinterpret_cast<const char*>(label.data()) + 1, label[0]);
  };
  return text(name_space) + '/' + text(entry.key());
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

// The same where only `slice`, one of them, can be to blame.
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
  if (said.first(text)) log.warning("{}", text);
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
  services.insert(std::upper_bound(services.begin(), services.end(), &service, key_less), &service);
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
  state->slices.erase(before);
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
      addresses_(context.store.by_cluster_ip),
      external_addresses_(context.store.by_external_ip),
      bad_addresses_(bad_addresses(context.metrics)),
      shared_addresses_(context.metrics.counter("catena_kubernetes_shared_cluster_ips_total",
                                                "Cluster IPs that two Services came to have.")) {}

void ServiceSink::apply(KeptService& kept, const api::ServiceObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("services", object.metadata, "its name is no DNS label");
  const std::shared_ptr<const ServiceSpec> before = std::move(kept.spec);
  kept.spec = std::make_shared<const ServiceSpec>(object);
  ServiceEntry& entry = entries_.entry(*key);
  kept.entry = &entry;
  entries_.set_spec(entry, kept.spec);
  set_addresses(entry, before.get(), kept.spec.get());
  look_at_addresses(object, *kept.spec);
  touch(before.get(), kept.spec.get());
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
    if (context_->said.first(text)) context_->log.warning("{}", text);
  }
}

void ServiceSink::forget(KeptService& kept) {
  if (kept.entry == nullptr) return;
  set_addresses(*kept.entry, kept.spec.get(), nullptr);
  entries_.set_spec(*kept.entry, nullptr);
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
  if (!key) return context_->skip("namespaces", object.metadata, "its name is no DNS label");
  if (!kept.wire_key.empty()) return;
  kept.wire_key = *key;
  store().namespaces.put(std::make_unique<NamespaceEntry>(NamespaceEntry{*key}));
  store().changed = true;
}

void NamespaceSink::forget(KeptNamespace& kept) {
  if (kept.wire_key.empty()) return;
  store().namespaces.erase(key_of(kept.wire_key));
  store().changed = true;
}

}  // namespace catena::kubernetes
