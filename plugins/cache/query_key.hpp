// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/cache/key.hpp"

namespace catena::cache {

/// What the answer to a query is kept under; `extra` is a Variant.
inline Key key_of(const Query& query, std::uint8_t extra = 0) {
  std::uint8_t variant = extra;
  if (query.dnssec_ok()) variant |= Variant::kDnssecOk;
  if (query.checking_disabled()) variant |= Variant::kCheckingDisabled;
  return Key(query.question(), variant);
}

}  // namespace catena::cache
