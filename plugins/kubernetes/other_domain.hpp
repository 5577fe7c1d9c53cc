// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/zones.hpp"

#include "plugins/kubernetes/store/store.hpp"

#include <atomic>

namespace catena::kubernetes {

/// Notices that the cluster's domain is another one than the Corefile says (the kubelet's
/// clusterDomain decides what pods ask for): names that would be services of this cluster, but for
/// their domain. Said once, counted always; the queries go on as they would.
class OtherDomain {
 public:
  /// All but the log outlive it.
  OtherDomain(const Zones& zones, const Store& store, Log log, metrics::Registry& metrics);

  /// For queries of none of the zones. Any worker; allocates only for the line that is said.
  void look(const Query& query) const;

 private:
  bool is_service(dns::NameView name) const;

  const Zones* zones_;
  const Store* store_;
  Log log_;
  metrics::Counter& queries_;
  mutable std::atomic<bool> said_{false};
};

}  // namespace catena::kubernetes
