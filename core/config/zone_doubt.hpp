// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace catena::config {

/// Why a word that stands where a zone is expected, and is taken for one as CoreDNS takes it, is
/// probably meant as something else: a time, an address, a list, a misspelt network or scheme.
/// Empty for what looks like a zone, a key with scheme and port included.
std::string zone_doubt(std::string_view word);

/// The same for a word that is taken for a host's name.
std::string host_doubt(std::string_view word);

}  // namespace catena::config
