// SPDX-License-Identifier: Apache-2.0
#include "core/http/page_room.hpp"

#include "core/http/page_connection.hpp"

#include <algorithm>

namespace catena::http {

void PageRoom::enter(PageConnection& connection, std::size_t bytes) {
  while (!answers_.empty() && used_ + bytes > limit_) {
    PageConnection& slowest = *answers_.front().connection;
    leave(slowest);
    ended_.add(Lane::shared);
    slowest.close();
  }
  answers_.push_back({&connection, bytes});
  used_ += bytes;
}

void PageRoom::leave(const PageConnection& connection) {
  const auto mine = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& answer) {
    return answer.connection == &connection;
  });
  if (mine == answers_.end()) return;
  used_ -= mine->bytes;
  answers_.erase(mine);
}

}  // namespace catena::http
