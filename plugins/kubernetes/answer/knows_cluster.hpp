// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/answerer.hpp"

namespace catena::kubernetes {

/// The plugin of a block that knows a cluster, as the other directives of this room find it. Any
/// thread.
class KnowsCluster {
 public:
  virtual ~KnowsCluster() = default;

  /// Something is known to answer from: the cluster, or a snapshot of it.
  virtual bool usable() const = 0;

  virtual const Answerer& answerer() const = 0;
};

}  // namespace catena::kubernetes
