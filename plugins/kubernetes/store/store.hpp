// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"

#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace catena::kubernetes {

/// Which services have an address, as cluster IP or as endpoint.
struct ServicesByAddress {
  Address address;
  std::vector<const ServiceEntry*> services;
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
        by_endpoint(epoch),
        pods(epoch),
        identities(epoch),
        namespaces(epoch),
        imports(epoch) {}

  HashIndex<ServiceEntry> services;  ///< By service and namespace label.
  HashIndex<ServicesByAddress> by_cluster_ip;
  HashIndex<ServicesByAddress> by_endpoint;   ///< Ready endpoints only.
  HashIndex<PodsByAddress> pods;              ///< Filled with `pods verified` only.
  HashIndex<IdentitiesByAddress> identities;  ///< Filled where somebody may ask for metadata.
  HashIndex<NamespaceEntry> namespaces;
  HashIndex<ServiceEntry> imports;  ///< What multicluster zones answer from, keyed as services.

  /// Seconds since 1970 of the last change that DNS can see (kubernetes.md section 9).
  std::atomic<std::uint32_t> serial{0};
  std::atomic<std::uint32_t> import_serial{0};  ///< The same for multicluster zones.

  /// True from the moment on when each watched resource has been seen whole once.
  bool synced() const { return unsynced.load(std::memory_order_acquire) == 0; }

  /// Resources that have not been seen whole yet. Set before the watches start.
  std::atomic<int> unsynced{0};
};

}  // namespace catena::kubernetes
