// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

namespace catena::cache {

/// AD is for those who asked for it in one way or the other (RFC 6840 section 5.7).
inline bool wants_authentic_data(const Query& query) {
  return query.dnssec_ok() || query.flags().has(dns::Flags::kAD);
}

/// For those further down: they may say that their answer is validated, which is kept with it.
inline void want_authentic_data(Query& query) { query.change().flags.set(dns::Flags::kAD); }

}  // namespace catena::cache
