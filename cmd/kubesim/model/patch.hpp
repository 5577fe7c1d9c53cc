// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/status.hpp"

namespace catena::kubesim {

/// RFC 7396: null removes a member, objects are merged, everything else is replaced.
void merge_patch(Json& target, const Json& patch);

/// Kubernetes' strategic merge: lists with a merge key (ports, containers, env, conditions ...) are
/// merged by it; the directives `$patch`, `$setElementOrder/`, `$deleteFromPrimitiveList/` and
/// `$retainKeys` are obeyed.
void strategic_patch(Json& target, const Json& patch);

/// Server-side apply without field ownership: what the applied object names is set, lists with a
/// merge key are merged by it, nothing is removed.
void apply_patch(Json& target, const Json& applied);

/// RFC 6902: add, remove, replace, move, copy and test; all or nothing.
Outcome<Json> json_patch(const Json& target, const Json& operations);

}  // namespace catena::kubesim
