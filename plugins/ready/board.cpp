// SPDX-License-Identifier: Apache-2.0
#include "plugins/ready/board.hpp"

#include <fmt/ranges.h>

#include <set>

namespace catena::ready {

void Board::add(const void* owner, const std::vector<Asked>& plugins) {
  const std::lock_guard lock(mutex_);
  for (const Asked& asked : plugins) entries_.push_back({owner, asked});
}

void Board::remove(const void* owner) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [owner](const Entry& entry) { return entry.owner == owner; });
}

void Board::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

// Sorted, and each name once: a plugin of two blocks is ready when it is in both.
std::string Board::not_ready() {
  std::set<std::string_view> names;
  for (Entry& entry : entries_) {
    Asked& asked = entry.asked;
    if (asked.was_ready && asked.monitor == Monitor::until_ready) continue;
    asked.was_ready = asked.plugin->ready();
    if (!asked.was_ready) names.insert(asked.name);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

http::Page Board::page(const Log& log) {
  const std::lock_guard lock(mutex_);
  if (closed_) return {.status = 503, .body = "Shutting down"};
  std::string names = not_ready();
  if (names.empty()) return {.body = "OK"};
  log.info("Plugins not ready: \"{}\"", names);
  return {.status = 503, .body = std::move(names)};
}

}  // namespace catena::ready
