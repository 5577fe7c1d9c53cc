// SPDX-License-Identifier: Apache-2.0
#include "plugins/bufsize/bufsize.hpp"

#include <algorithm>

namespace catena::bufsize {

Reply Bufsize::serve(Query& query, Next next) const {
  if (query.edns()) query.edns()->udp_size = std::min(query.edns()->udp_size, bytes_);
  return next(query);
}

}  // namespace catena::bufsize
