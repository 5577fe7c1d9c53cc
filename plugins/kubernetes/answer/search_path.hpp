// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/kubernetes/answer/settings.hpp"
#include "plugins/kubernetes/store/store.hpp"

#include <span>
#include <utility>
#include <vector>

namespace catena::kubernetes {

/// The search path of a pod, which autopath walks for it: a function of settings, store and client.
/// Any thread.
class SearchPath {
 public:
  /// `host_search`: the domains of this server's own resolv.conf, which follow the cluster's.
  SearchPath(const AnswerSettings& settings, const Store& store, std::vector<dns::Name> host_search)
      : settings_(&settings), store_(&store), host_search_(std::move(host_search)) {}

  /// NAMESPACE.svc.Z, svc.Z, Z, the host's domains, the root; empty for a name that is in no zone
  /// Z, and for a client that is no known pod. In the query's arena, and in this.
  std::span<const dns::NameView> of(Query& query) const;

 private:
  const AnswerSettings* settings_;
  const Store* store_;
  std::vector<dns::Name> host_search_;
};

}  // namespace catena::kubernetes
