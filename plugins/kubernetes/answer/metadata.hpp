// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/kubernetes/answer/settings.hpp"
#include "plugins/kubernetes/store/store.hpp"

#include <string_view>

namespace catena::kubernetes {

/// The named values of a question, as the client asked it, and of a client that is a pod: a
/// function of settings, store and query. Any thread.
class Metadata {
 public:
  Metadata(const AnswerSettings& settings, const Store& store)
      : settings_(&settings), store_(&store) {}

  /// "kubernetes/namespace" and so on; "" where there is no value. In the query's arena. BEYOND
  /// CoreDNS: "kubernetes/cluster" goes by the plugin's zone, not the server block's.
  std::string_view value(Query& query, std::string_view label) const;

 private:
  const AnswerSettings* settings_;
  const Store* store_;
};

}  // namespace catena::kubernetes
