// SPDX-License-Identifier: Apache-2.0
#include "core/http/pages.hpp"

#include <algorithm>
#include <exception>

namespace catena::http {

std::uint64_t Pages::add(std::string path, PageHandler handler) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({++last_number_, std::move(path), std::move(handler)});
  return last_number_;
}

void Pages::remove(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [number](const Entry& entry) { return entry.number == number; });
}

bool Pages::leave(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) entry.leaving = entry.leaving || entry.number == number;
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.leaving; });
}

const Pages::Entry* Pages::find(const std::string& path) const {
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    const bool fits = entry.path.ends_with('/') ? path.starts_with(entry.path) : path == entry.path;
    if (fits && (best == nullptr || entry.path.size() >= best->path.size())) best = &entry;
  }
  return best;
}

Page Pages::answer(const PageRequest& request) const {
  const std::lock_guard lock(mutex_);
  const Entry* entry = find(request.path);
  if (entry == nullptr) return {.status = 404, .body = "404 page not found\n"};
  try {
    return entry->handler(request);
  } catch (const std::exception&) {
    return status_page(500);
  }
}

}  // namespace catena::http
