// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"

#include <string>
#include <string_view>

namespace catena::config {

/// SHA-512, in hex, over every word of a Corefile with its file and line: what is put in by
/// snippets, imports and the environment counts, comments do not, lines that move do (as for
/// CoreDNS). Not CoreDNS's own number for the same text.
std::string fingerprint(const Corefile& corefile);

/// The same of a text as it is, for what is no Corefile.
std::string fingerprint(std::string_view text);

}  // namespace catena::config
