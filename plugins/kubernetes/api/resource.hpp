// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// One kind of object that is followed, in all namespaces.
struct Resource {
  std::string name;  ///< As logs call it, and mostly the API and RBAC: "services".
  std::string path;  ///< From the server's root, with the server's own prefix: "/api/v1/services".
  std::string label_selector;  ///< Empty: all.
  std::string field_selector;
};

/// A query string grown part by part, values percent-encoded (RFC 3986).
class Target {
 public:
  explicit Target(const Resource& resource);
  Target& add(std::string_view name, std::string_view value);
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
  char separator_ = '?';
};

}  // namespace catena::kubernetes::api
