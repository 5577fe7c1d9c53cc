// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/import_sinks.hpp"

namespace catena::kubernetes {
namespace {

// An import is a service whose type says whether it is headless. BEYOND CoreDNS, which serves
// nothing of an import without ports: its addresses are there, as a service's are.
api::ServiceObject as_service(const api::ImportObject& import) {
  api::ServiceObject service;
  service.cluster_ips = import.ips;
  if (import.type == "Headless") service.cluster_ips = {"None"};
  service.ports = import.ports;
  return service;
}

}  // namespace

ImportSink::ImportSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context.store.imports, context.epoch) {}

void ImportSink::apply(KeptService& kept, const api::ImportObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("serviceimport", object.metadata, "its name is no DNS label");
  auto spec = std::make_shared<const ServiceSpec>(as_service(object));
  // The status of an import changes more often than what it says.
  if (kept.spec && *kept.spec == *spec) return;
  kept.wire_key = *key;
  kept.spec = std::move(spec);
  entries_.set_spec(entries_.entry(*key), kept.spec);
  context_->touch(context_->store.import_serial);
}

void ImportSink::forget(KeptService& kept) {
  if (kept.wire_key.empty()) return;
  entries_.set_spec(entries_.entry(kept.wire_key), nullptr);
  context_->touch(context_->store.import_serial);
}

ImportSliceSink::ImportSliceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context.store.imports, context.epoch),
      bad_addresses_(bad_addresses(context.metrics)) {}

void ImportSliceSink::apply(KeptSlice& kept, const api::SliceObject& object) {
  const auto key = wire_key({object.import_name, object.metadata.name_space});
  const std::string old_key = std::exchange(kept.wire_key, key.value_or(""));
  std::unique_ptr<Slice> old = std::move(kept.slice);
  if (!key) {
    context_->skip("endpointslice", object.metadata, "its import's name is no DNS label");
    return withdraw(old_key, std::move(old));
  }
  std::size_t skipped = 0;
  kept.slice =
      std::make_unique<Slice>(object, context_->endpoint_names, skipped, object.cluster_id);
  if (skipped != 0 && object.address_type != "FQDN") bad_addresses_.add(Lane::shared, skipped);
  const bool moved = !old_key.empty() && old_key != *key;
  if (moved) withdraw(old_key, std::move(old));
  entries_.replace_slice(entries_.entry(*key), old.get(), kept.slice.get());
  if (!old || !old->same_data(*kept.slice)) context_->touch(context_->store.import_serial);
  if (old) context_->epoch.retire(std::move(old));
}

void ImportSliceSink::forget(KeptSlice& kept) { withdraw(kept.wire_key, std::move(kept.slice)); }

void ImportSliceSink::withdraw(const std::string& wire_key, std::unique_ptr<Slice> slice) {
  if (!slice) return;
  entries_.replace_slice(entries_.entry(wire_key), slice.get(), nullptr);
  context_->touch(context_->store.import_serial);
  context_->epoch.retire(std::move(slice));
}

}  // namespace catena::kubernetes
