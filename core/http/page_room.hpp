// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"

#include <cstddef>
#include <vector>

namespace catena::http {

class PageConnection;

/// What answers of one page server may take, in bytes, until clients have taken them. Where one
/// more has no room, the connection that has been taking its answer for longest ends. A single
/// answer may be larger. One thread.
class PageRoom {
 public:
  PageRoom(std::size_t limit, metrics::Counter& ended) : limit_(limit), ended_(ended) {}

  /// A connection begins to send an answer.
  void enter(PageConnection& connection, std::size_t bytes);

  /// It has sent it, or will not.
  void leave(const PageConnection& connection);

 private:
  struct Answer {
    PageConnection* connection;
    std::size_t bytes;
  };

  std::size_t limit_;
  metrics::Counter& ended_;
  std::size_t used_ = 0;
  std::vector<Answer> answers_;  // The oldest first.
};

}  // namespace catena::http
