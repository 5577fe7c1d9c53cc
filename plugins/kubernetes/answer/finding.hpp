// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <cstdint>

namespace catena::kubernetes {

/// What the cluster says about a question, as CoreDNS 1.15 would say it.
enum class AnswerKind : std::uint8_t {
  answered,    ///< Records are in the response.
  no_data,     ///< The name exists, data of this type does not.
  name_error,  ///< There is no such name.
  elsewhere,   ///< CNAME records are in the response that lead out of this block's zones.
  nowhere,     ///< CNAME records are in the response that lead to one another, or to too many.
};

struct Finding {
  AnswerKind kind = AnswerKind::name_error;
  /// Where the CNAME records in the response lead: the kind is about this name. In the query's
  /// arena; the root where there are none.
  dns::NameView target;
};

}  // namespace catena::kubernetes
