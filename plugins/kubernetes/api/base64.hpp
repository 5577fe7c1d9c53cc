// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// RFC 4648 section 4. Decoding skips white space and wants the padding.
std::optional<std::string> base64_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);

}  // namespace catena::kubernetes::api
