// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/response_reader.hpp"

#include <optional>
#include <string_view>

namespace catena::kubernetes::api {

/// How the objects in a body are written.
enum class Encoding { json, protobuf };

/// The value of Accept that asks for an encoding: protobuf where the server has it for the resource
/// (not for custom ones), JSON else.
std::string_view accepted(Encoding encoding);

/// What the body of an answer is written in; none when it is neither.
std::optional<Encoding> encoding_of(const http::ResponseHead& head);

}  // namespace catena::kubernetes::api
