// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

namespace catena::cache {

/// Sets AD in a query for those further down, who then may say that their answer is validated
/// (RFC 6840 section 5.7), and puts back what the client sent. The query must outlive it.
class AuthenticData {
 public:
  explicit AuthenticData(Query& query) : asked_(query.flags().has(dns::Flags::kAD)) {
    query.flags().set(dns::Flags::kAD);
  }
  void restore(Query& query) const {
    if (!asked_) query.flags().clear(dns::Flags::kAD);
  }

 private:
  bool asked_;
};

}  // namespace catena::cache
