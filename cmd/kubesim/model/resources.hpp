// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubesim {

enum class Scope { Cluster, Namespaced };
enum class Generation { Absent, Counted };

/// One resource of the API. The table is fixed; pointers into it are valid for ever.
struct Resource {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  Scope scope;
  Generation generation;
  std::vector<std::string_view> short_names;
  /// `scale` and `status`, where the resource has them.
  std::vector<std::string_view> subresources;
  std::vector<std::string_view> categories;

  /// `v1` or `apps/v1`, as in an object's apiVersion.
  [[nodiscard]] std::string api_version() const;
  /// `services` or `statefulsets.apps`, as error messages name it.
  [[nodiscard]] std::string qualified() const;
  [[nodiscard]] bool has_subresource(std::string_view name) const;
};

std::span<const Resource> all_resources();
const Resource* find_resource(std::string_view group,
                              std::string_view version,
                              std::string_view plural);
const Resource* find_kind(std::string_view api_version, std::string_view kind);
/// A resource that this program itself names; it must exist.
const Resource& resource_named(std::string_view plural);

}  // namespace catena::kubesim
