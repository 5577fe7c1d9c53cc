// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/resource.hpp"

#include <fmt/format.h>

namespace catena::kubernetes::api {

namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

Target::Target(const Resource& resource) : text_(resource.path) {
  if (!resource.label_selector.empty()) add("labelSelector", resource.label_selector);
  if (!resource.field_selector.empty()) add("fieldSelector", resource.field_selector);
}

Target& Target::add(std::string_view name, std::string_view value) {
  text_ += separator_;
  separator_ = '&';
  text_.append(name).append("=");
  for (const char c : value) {
    if (unreserved(c)) {
      text_ += c;
    } else {
      text_ += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return *this;
}

}  // namespace catena::kubernetes::api
