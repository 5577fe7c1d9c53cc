// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/store.hpp"

namespace catena::kubesim {

/// What `kubectl get` shows: a meta.k8s.io/v1 Table of the objects, whose rows hold the objects'
/// metadata (`include` empty or "Metadata"), nothing ("None") or all ("Object").
Json table_of(const Resource& resource,
              const std::vector<ObjectPtr>& objects,
              std::string_view include,
              std::chrono::system_clock::time_point now);

/// The object's metadata as a PartialObjectMetadata.
Json partial_metadata(const Object& object);

/// `5s`, `3m19s`, `4h`, `2d3h`: a span as kubectl shows it.
std::string human_duration(std::chrono::seconds span);

}  // namespace catena::kubesim
