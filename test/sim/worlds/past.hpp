// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/store.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace catena::sim {

/// What each object of a cluster was, whatever happened to its API server: all that anybody can
/// have been told. An object that is larger than anybody reads tells nothing: what was known of it
/// stays. Outlives the stores that it looks at.
class Past {
 public:
  /// Counts the changes.
  using Moment = std::size_t;
  /// Null where the object is not there.
  using Values = std::vector<kubesim::ObjectPtr>;

  static constexpr std::array<std::string_view, 4> kResources{"namespaces", "services",
                                                              "endpointslices", "pods"};
  /// The annotation that makes an object too large.
  static constexpr const char* kTooLarge = "too-large";

  /// From now on it is what this store has: each change, too.
  void follow(kubesim::Store& store);
  /// The store may have become another one without saying so.
  void look();

  Moment now() const { return now_; }

  /// What it was at that moment, and all that it has become since.
  Values since(const std::string& key, Moment moment) const;
  /// Of all objects of a resource that there ever were.
  std::vector<std::string> keys(std::string_view resource) const;
  static std::string key(std::string_view resource, std::string_view space, std::string_view name);

 private:
  struct Was {
    Moment moment;
    kubesim::ObjectPtr object;
    bool readable() const;
  };
  void add(const std::string& key, kubesim::ObjectPtr object);

  kubesim::Store* store_ = nullptr;
  Moment now_ = 0;
  std::map<std::string, std::vector<Was>> objects_;
};

}  // namespace catena::sim
