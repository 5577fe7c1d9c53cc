// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/api.hpp"

namespace catena::kubesim {

enum class InitialEvents { Unset, Wanted, Unwanted };

/// The query of a list or watch, checked.
struct ListOptions {
  Filter filter;
  std::optional<std::uint64_t> version;
  std::string version_match;
  std::size_t limit = 0;
  std::string continue_token;
  InitialEvents initial_events = InitialEvents::Unset;
  bool bookmarks = false;

  static Outcome<ListOptions> parse(const ApiRequest& request, const Target& target);
};

/// A part of a list.
struct Page {
  std::vector<ObjectPtr> items;
  std::uint64_t version = 0;
  std::string continue_token;
  std::optional<std::size_t> remaining;

  [[nodiscard]] Json metadata() const;
};

std::vector<ObjectPtr> matching(const Objects& objects, const Filter& filter);
Outcome<Page> page_of(const Cluster& cluster, const Resource& resource, const ListOptions& options);

/// Why a watch with these options is refused before it starts, if it is.
std::optional<Status> check_watch(const Cluster& cluster,
                                  const Resource& resource,
                                  const ListOptions& options);
Watch::Settings watch_settings(const ApiRequest& request,
                               const Target& target,
                               const ListOptions& options);
/// Queues what happened since a version, or the error event that it is too old.
void resume(const Cluster& cluster, Watch& watch, std::uint64_t version);

}  // namespace catena::kubesim
