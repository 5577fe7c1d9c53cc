// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/json.hpp"
#include "cmd/kubesim/model/resources.hpp"

namespace catena::kubesim {

/// What the API server refuses a request with: an HTTP code and the fields of a Status object.
struct Status {
  int code = 500;
  std::string reason;
  std::string message;
  Json details;
  /// A token to go on with, for an expired list; empty otherwise.
  std::string continue_token;

  [[nodiscard]] Json json() const;
};

template <class T>
using Outcome = boost::system::result<T, Status>;

/// One thing that is wrong with an object.
struct FieldError {
  std::string reason;
  std::string field;
  std::string message;
};

Status not_found(const Resource& resource, std::string_view name);
Status already_exists(const Resource& resource, std::string_view name);
Status conflict(const Resource& resource, std::string_view name);
Status bad_request(std::string message);
Status invalid(const Resource& resource,
               std::string_view name,
               const std::vector<FieldError>& errors);
Status forbidden(const Resource& resource,
                 std::string_view user,
                 std::string_view verb,
                 std::string_view space);
Status unauthorized();
Status method_not_allowed();
/// 410, as a watch's ERROR event or a list's answer.
Status expired(std::string message);
Status resource_version_too_large(std::uint64_t asked, std::uint64_t current);
Status unsupported_media_type(std::string_view type);
Status not_acceptable();

}  // namespace catena::kubesim
