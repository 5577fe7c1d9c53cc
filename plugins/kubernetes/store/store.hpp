// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/plugin/basis.hpp"

#include "plugins/kubernetes/store/endpoint_index.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace catena::kubernetes {

/// Which services have an address as cluster IP or external IP.
struct ServicesByAddress {
  Address address;
  PointerList<ServiceEntry> services;
  Key key() const { return address.span(); }
};

/// What metadata tells of a pod, as the API spells it. Never changes.
struct PodIdentity {
  std::string name_space;
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;

  bool operator==(const PodIdentity&) const = default;
};

/// The pods that have an address: one, but on a host's network.
struct IdentitiesByAddress {
  Address address;
  std::vector<const PodIdentity*> pods;
  Key key() const { return address.span(); }
};

/// Which namespaces have a pod with an address (wire form, lower case).
struct PodsByAddress {
  Address address;
  std::vector<std::string> namespaces;
  Key key() const { return address.span(); }
};

struct NamespaceEntry {
  std::string wire_key;
  Key key() const {
    return {reinterpret_cast<const std::uint8_t*>(wire_key.data()), wire_key.size()};
  }
};

/// The cluster as queries need it. One writer (StoreWriter, on the API thread) changes it; any
/// thread reads it without lock or count. What a reader finds is good until its next quiescent
/// point.
class Store {
 public:
  explicit Store(epoch::Domain& epoch)
      : services(epoch),
        by_cluster_ip(epoch),
        by_external_ip(epoch),
        by_endpoint(epoch),
        pods(epoch),
        identities(epoch),
        namespaces(epoch),
        imports(epoch) {}

  HashIndex<ServiceEntry> services;  ///< By service and namespace label.
  HashIndex<ServicesByAddress> by_cluster_ip;
  HashIndex<ServicesByAddress> by_external_ip;
  EndpointIndex by_endpoint;                  ///< Ready endpoints only.
  HashIndex<PodsByAddress> pods;              ///< Filled with `pods verified` only.
  HashIndex<IdentitiesByAddress> identities;  ///< Filled where somebody may ask for metadata.
  HashIndex<NamespaceEntry> namespaces;
  HashIndex<ServiceEntry> imports;  ///< What multicluster zones answer from, keyed as services.

  /// Its version is another one after everything that may change an answer, behind the change.
  VersionedData data;
  bool changed = false;  ///< The writer's: there is something for `data` to tell.

  /// Seconds since 1970 of the last change of the records that the cluster's own zones show.
  std::atomic<std::uint32_t> serial{0};
  std::atomic<std::uint32_t> import_serial{0};  ///< The same for multicluster zones.

  /// The same for k8s_external's zones, without and with headless services.
  std::atomic<std::uint32_t> external_serial{0};
  std::atomic<std::uint32_t> external_headless_serial{0};

  /// Some block answers zonal names: then the zones of endpoints show in records.
  mutable std::atomic<bool> zonal{false};

  /// The latest serial that a transfer has carried: a later change gives its serial another value,
  /// also within the same second.
  mutable std::atomic<std::uint32_t> handed_out{0};

  /// The value of one of the serials, for a transfer that begins now. Any thread.
  std::uint32_t hand_out(const std::atomic<std::uint32_t>& serial_of) const {
    const std::uint32_t value = serial_of.load(std::memory_order_acquire);
    std::uint32_t known = handed_out.load(std::memory_order_acquire);
    while (known < value &&
           !handed_out.compare_exchange_weak(known, value, std::memory_order_acq_rel)) {
    }
    return value;
  }

  /// True from the moment on when each watched resource has been seen whole once.
  bool synced() const { return unsynced.load(std::memory_order_acquire) == 0; }

  /// Resources that have not been seen whole yet. Set before the watches start.
  std::atomic<int> unsynced{0};
};

}  // namespace catena::kubernetes
