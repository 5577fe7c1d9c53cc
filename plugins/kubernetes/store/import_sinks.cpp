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
    : ResourceSink(context.store), context_(&context), entries_(context, ServiceOrigin::import) {}

void ImportSink::apply(KeptService& kept, const api::ImportObject& object) {
  const auto key = wire_key({object.metadata.name, object.metadata.name_space});
  if (!key) return context_->skip("serviceimports", object.metadata, "its name is no DNS label");
  auto spec = std::make_shared<const ServiceSpec>(as_service(object));
  // The status of an import changes more often than what it says.
  if (kept.spec && *kept.spec == *spec) return;
  kept.spec = std::move(spec);
  kept.entry = &entries_.entry(*key);
  entries_.set_spec(*kept.entry, kept.spec);
}

void ImportSink::forget(KeptService& kept) {
  if (kept.entry == nullptr) return;
  entries_.set_spec(*kept.entry, nullptr);
}

ImportSliceSink::ImportSliceSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      entries_(context, ServiceOrigin::import),
      bad_addresses_(bad_addresses(context.metrics)) {}

void ImportSliceSink::apply(KeptSlice& kept, const api::SliceObject& object) {
  const auto key = wire_key({object.import_name, object.metadata.name_space});
  ServiceEntry* const old_entry = std::exchange(kept.entry, nullptr);
  std::unique_ptr<Slice> old = std::move(kept.slice);
  if (!key) {
    context_->skip("endpointslices", object.metadata, "its import's name is no DNS label");
    return withdraw(old_entry, std::move(old));
  }
  BadAddresses bad;
  kept.slice = std::make_unique<Slice>(object, context_->endpoint_names, bad, object.cluster_id);
  if (bad.count != 0) bad_addresses_.add(Lane::shared, bad.count);
  ServiceEntry& entry = entries_.entry(*key);
  if (old_entry != &entry) withdraw(old_entry, std::move(old));
  kept.entry = &entry;
  entries_.replace_slice(entry, old.get(), kept.slice.get());
  if (old) context_->epoch.retire(std::move(old));
}

void ImportSliceSink::forget(KeptSlice& kept) { withdraw(kept.entry, std::move(kept.slice)); }

void ImportSliceSink::withdraw(ServiceEntry* entry, std::unique_ptr<Slice> slice) {
  if (!slice) return;
  entries_.replace_slice(*entry, slice.get(), nullptr);
  context_->epoch.retire(std::move(slice));
}

}  // namespace catena::kubernetes
