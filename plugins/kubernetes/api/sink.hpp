// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/objects/objects.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// Where the objects of one resource go. All calls come from the API thread, in the order of the
/// stream, and must not block it. No order exists between resources.
template <class Object>
class Sink {
 public:
  virtual ~Sink() = default;

  /// A whole state follows as upserts (which may be visible at once), ended by commit_replace():
  /// what was not upserted or kept since is gone then, never earlier. A second call without a
  /// commit in between starts over: the first attempt broke off, and what it brought may stay.
  /// Versions count anew: the server may be another one, or restored, and use one that was seen
  /// before for other content.
  virtual void begin_replace() = 0;

  /// Adds the object or puts it in the place of the one with the same namespace and name.
  virtual void upsert(Object&& object) = 0;

  /// Takes the object out; unknown ones are ignored. `name_space` is empty for namespaces.
  virtual void remove(std::string_view name_space, std::string_view name) = 0;

  /// The object is there but cannot be read: what is known of it stays, if anything is.
  virtual void keep(std::string_view /*name_space*/, std::string_view /*name*/) {}

  /// The state is whole: the resource is synced from the first call on.
  virtual void commit_replace() = 0;
};

}  // namespace catena::kubernetes::api
