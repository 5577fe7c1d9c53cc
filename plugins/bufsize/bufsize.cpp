// SPDX-License-Identifier: Apache-2.0
#include "plugins/bufsize/bufsize.hpp"

namespace catena::bufsize {

Reply Bufsize::serve(Query& query, Next next) const {
  query.lower_udp_size(bytes_);
  return next(query);
}

}  // namespace catena::bufsize
