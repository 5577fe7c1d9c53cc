// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/encoding.hpp"

namespace catena::kubernetes::api {

std::string_view accepted(Encoding encoding) {
  return encoding == Encoding::json ? "application/json"
                                    : "application/vnd.kubernetes.protobuf, application/json";
}

std::optional<Encoding> encoding_of(const http::ResponseHead& head) {
  const std::string* type = head.find("Content-Type");
  if (type == nullptr || type->find("json") != std::string::npos) return Encoding::json;
  if (type->starts_with("application/vnd.kubernetes.protobuf")) return Encoding::protobuf;
  return std::nullopt;
}

}  // namespace catena::kubernetes::api
