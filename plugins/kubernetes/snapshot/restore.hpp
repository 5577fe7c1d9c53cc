// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include "plugins/kubernetes/api/client.hpp"

#include <cstddef>
#include <string_view>

namespace catena::kubernetes::snapshot {

struct Restored {
  WallTime time{};  ///< When the snapshot was taken.
  std::size_t services = 0;
};

/// Brings the objects of a file (its bytes may be anything) into the sinks, without a version and
/// without a commit: they are served, nothing counts as synced, and the first whole list takes away
/// what is gone. All or nothing: the error, which goes behind "the snapshot ...", leaves the sinks
/// alone. Never throws. Before the API thread starts.
Result<Restored> restore(std::string_view bytes, std::string_view key, const api::Sinks& sinks);

}  // namespace catena::kubernetes::snapshot
