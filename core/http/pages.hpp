// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/page.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace catena::http {

/// The handlers of a page server by path. A path that ends in '/' stands for all below it, the
/// longest path that fits is asked, and of several handlers for one path the newest. Any thread; no
/// handler runs while one is added or taken away.
class Pages {
 public:
  /// Returns the number by which the handler is taken away again.
  std::uint64_t add(std::string path, PageHandler handler);
  void remove(std::uint64_t number);

  /// The handler stays for connections that are open. True when all that are left have said so.
  bool leave(std::uint64_t number);

  /// 404 where nobody answers, 500 where a handler throws.
  Page answer(const PageRequest& request) const;

 private:
  struct Entry {
    std::uint64_t number;
    std::string path;
    PageHandler handler;
    bool leaving = false;
  };
  const Entry* find(const std::string& path) const;

  mutable std::mutex mutex_;
  std::uint64_t last_number_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace catena::http
