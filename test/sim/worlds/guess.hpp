// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/worlds/past.hpp"

#include <functional>

namespace catena::sim {

/// What a server knows at the least of each resource.
struct Known {
  struct OfResource {
    Past::Moment since = 0;
    bool told = false;  ///< Else it may not know of any object yet.
  };
  std::array<OfResource, Past::kResources.size()> resources;

  OfResource& of(std::string_view resource);
  bool all() const;
};

/// One of the states of a cluster that somebody may know: each object as it was at some moment,
/// those that nobody asks for left open. next() goes over all of them.
class Guess {
 public:
  Guess(const Past& past, Known known) : past_(past), known_(known) {}

  /// Null where it is not there.
  const kubesim::Json& object(std::string_view resource,
                              std::string_view space,
                              std::string_view name);

  /// All objects of a resource that are wanted.
  using Wanted = std::function<bool(const kubesim::Json&)>;
  std::vector<const kubesim::Json*> all(std::string_view resource, const Wanted& wanted);

  /// The server has been told the whole state.
  bool complete() { return known_.all() || choose(2) == 0; }

  /// False when there is no other one.
  bool next();

 private:
  struct Choice {
    std::size_t index;
    std::size_t count;
  };
  Past::Values values(std::string_view resource, const std::string& key);
  std::size_t choose(std::size_t count);
  const kubesim::Json& keep(const std::string& key, kubesim::ObjectPtr object);

  const Past& past_;
  Known known_;
  std::vector<Choice> choices_;
  std::size_t at_ = 0;
  std::map<std::string, kubesim::ObjectPtr> chosen_;
};

}  // namespace catena::sim
