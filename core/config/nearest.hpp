// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// Up to three of the candidates that a person may have meant, nearest first, then by alphabet.
/// Those further away than a third of the word's length (at least 1, at most 3) are left out.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean 'cache' or 'acl'?)", or an empty string when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace catena::config
