// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"

#include "plugins/kubernetes/api/complaints.hpp"
#include "plugins/kubernetes/store/resource_sink.hpp"
#include "plugins/kubernetes/store/shown.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// What the writers of the single resources share.
struct WriterContext {
  Store& store;
  epoch::Domain& epoch;
  const Clock& clock;
  Log log;
  metrics::Registry& metrics;
  ShowService show;
  EndpointNames endpoint_names = EndpointNames::by_address;
  bool identities = false;  ///< Names and labels of pods are kept. Changes on the API thread only.

  /// The records that the zones of this serial show changed now: called behind the change.
  void touch(std::atomic<std::uint32_t>& serial) const;

  /// What zones show of a service now, or would if its namespace were there. Nothing of none.
  Shown shown(const ServiceEntry& entry, const ServiceState* state, ServiceOrigin origin) const;

  /// Touches the serials of the zones in which a service now shows other records.
  void compare(const Shown& before, const Shown& after, ServiceOrigin origin) const;

  /// Whether names in this namespace are answered. Wire form, lower case.
  bool is_shown(Key namespace_key) const;

  /// An object of this resource that cannot be served: said once and counted.
  void skip(std::string_view resource, const api::Metadata& metadata, std::string_view why) const;

  /// Something wrong with an object that is served all the same: said once.
  void complain(std::string_view resource,
                const api::Metadata& metadata,
                std::string_view what) const;

  /// What has been said. The API thread only.
  mutable api::Complaints complaints = {};
};

/// Addresses of Services, endpoints and pods that are none.
metrics::Counter& bad_addresses(metrics::Registry& metrics);

/// Those of `addresses` (in order) that stand in one of `slices` other than `except`, in order.
std::vector<Address> addresses_elsewhere(const PointerList<Slice>& slices,
                                         const Slice& except,
                                         const std::vector<Address>& addresses);

/// Adds and removes services at addresses; an address nobody has any more goes. Services with the
/// same address are in the order of their keys, whenever they came: all servers answer alike.
class AddressIndexWriter {
 public:
  AddressIndexWriter(HashIndex<ServicesByAddress>& index) : index_(&index) {}
  void add(const Address& address, const ServiceEntry& service);
  void remove(const Address& address, const ServiceEntry& service);

  /// The service had the addresses `before`; now it has those of `after`.
  void replace(const ServiceEntry& service,
               const std::vector<Address>& before,
               const std::vector<Address>& after);

 private:
  HashIndex<ServicesByAddress>* index_;
};

/// Changes what is known of a service, or of an import; drops its entry when nothing is left.
/// Serials follow, where records are other ones than before.
class ServiceEntryWriter {
 public:
  ServiceEntryWriter(const WriterContext& context, ServiceOrigin origin)
      : index_(origin == ServiceOrigin::cluster ? &context.store.services : &context.store.imports),
        context_(&context),
        origin_(origin) {}

  /// What else changes with the service: done before the serials follow.
  using Besides = std::function<void()>;

  ServiceEntry& entry(const std::string& wire_key);
  void set_spec(ServiceEntry& entry,
                std::shared_ptr<const ServiceSpec> spec,
                const Besides& besides = {});
  void replace_slice(ServiceEntry& entry,
                     const Slice* before,
                     const Slice* after,
                     const Besides& besides = {});

 private:
  /// What is known of a change before its records are looked at.
  enum class Moves : std::uint8_t { unknown, addresses };

  void publish(ServiceEntry& entry,
               std::unique_ptr<ServiceState> state,
               Moves moves,
               const Besides& besides);
  Shown with_other_endpoints(const ServiceSpec* spec) const;

  HashIndex<ServiceEntry>* index_;
  const WriterContext* context_;
  ServiceOrigin origin_;
};

struct KeptService {
  ServiceEntry* entry = nullptr;  ///< Stays while there is a spec.
  std::shared_ptr<const ServiceSpec> spec;
};

class ServiceSink final : public ResourceSink<api::ServiceObject, KeptService> {
 public:
  explicit ServiceSink(const WriterContext& context);

 private:
  void apply(KeptService& kept, const api::ServiceObject& object) override;
  void forget(KeptService& kept) override;
  void settle() override;
  void set_addresses(ServiceEntry& entry, const ServiceSpec* before, const ServiceSpec* after);
  void look_at_addresses(const api::ServiceObject& object, const ServiceSpec& spec);

  const WriterContext* context_;
  ServiceEntryWriter entries_;
  AddressIndexWriter addresses_;
  AddressIndexWriter external_addresses_;
  metrics::Counter& bad_addresses_;
  metrics::Counter& shared_addresses_;
  std::vector<Address> suspects_;  // Cluster IPs that may have two services.
};

struct KeptSlice {
  ServiceEntry* entry = nullptr;  ///< Stays while there is a slice: null where it is not served.
  std::unique_ptr<Slice> slice;
};

class SliceSink final : public ResourceSink<api::SliceObject, KeptSlice> {
 public:
  explicit SliceSink(const WriterContext& context);

 private:
  void apply(KeptSlice& kept, const api::SliceObject& object) override;
  void forget(KeptSlice& kept) override;
  void withdraw(ServiceEntry* entry, std::unique_ptr<Slice> slice);
  void index(ServiceEntry& entry, const Slice* before, const Slice& after);
  void unindex(ServiceEntry& entry, const Slice& slice);
  void measure(const ServiceEntry& entry, const api::SliceObject& object);

  const WriterContext* context_;
  ServiceEntryWriter entries_;
  metrics::Counter& bad_addresses_;
  metrics::Histogram& cluster_ip_seconds_;
  metrics::Histogram& headless_seconds_;
};

struct KeptPod {
  std::string namespace_key;
  std::vector<Address> addresses;
  std::unique_ptr<PodIdentity> identity;  ///< Null where they are not kept.
};

class PodSink final : public ResourceSink<api::PodObject, KeptPod> {
 public:
  explicit PodSink(const WriterContext& context);

 private:
  void apply(KeptPod& kept, const api::PodObject& object) override;
  void forget(KeptPod& kept) override;
  /// True where the namespace's first pod came to have the address, or its last one went.
  bool add_pod(const Address& address, const std::string& namespace_key);
  bool remove_pod(const Address& address, const std::string& namespace_key);
  void touch(const std::string& namespace_key) const;
  void identify(KeptPod& kept,
                const std::vector<Address>& before,
                std::unique_ptr<PodIdentity> identity);
  void replace_identity(const Address& address,
                        const PodIdentity* before,
                        const PodIdentity* after);

  const WriterContext* context_;
  metrics::Counter& bad_addresses_;
};

struct KeptNamespace {
  std::string wire_key;
};

class NamespaceSink final : public ResourceSink<api::NamespaceObject, KeptNamespace> {
 public:
  explicit NamespaceSink(const WriterContext& context);

 private:
  void apply(KeptNamespace& kept, const api::NamespaceObject& object) override;
  void forget(KeptNamespace& kept) override;
  void touch_all_of(Key namespace_key) const;

  const WriterContext* context_;
};

}  // namespace catena::kubernetes
