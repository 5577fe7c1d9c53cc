// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

namespace catena::cache {

/// AD is for those who asked for it in one way or the other (RFC 6840 section 5.7).
inline bool wants_authentic_data(const Query& query) {
  return query.dnssec_ok() || query.flags().has(dns::Flags::kAD);
}

/// What differs in a query while those further down have it: AD is set, so that they may say that
/// their answer is validated (RFC 6840 section 5.7), and the basis is that of their answer alone.
class Onward {
 public:
  explicit Onward(Query& query)
      : asked_(query.flags().has(dns::Flags::kAD)), before_(query.basis()) {
    query.flags().set(dns::Flags::kAD);
    query.basis().clear();
  }

  /// What the client sent.
  void restore_flags(Query& query) const {
    if (!asked_) query.flags().clear(dns::Flags::kAD);
  }

  /// Once the answer is kept: the query depends on what was there before as well.
  void restore_basis(Query& query) const { query.basis().add(before_); }

 private:
  bool asked_;
  Basis before_;
};

}  // namespace catena::cache
