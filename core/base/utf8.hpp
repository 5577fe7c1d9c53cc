// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace catena {

/// Bytes of the UTF-8 character at the start of a text that is not empty; 0 where there is none
/// (RFC 3629 section 4: no overlong forms, no surrogates, nothing beyond U+10FFFF).
std::size_t utf8_character_size(std::string_view text);

}  // namespace catena
