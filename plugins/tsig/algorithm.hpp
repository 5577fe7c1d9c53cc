// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace catena::tsig {

/// What MACs are made with: CoreDNS's algorithms of RFC 8945 section 6.
enum class Algorithm : std::uint8_t { sha1, sha224, sha256, sha384, sha512 };

constexpr std::size_t kAlgorithms = 5;

/// The algorithm that a TSIG record names, in any letter case; nothing for all others.
std::optional<Algorithm> algorithm_of(dns::NameView name);

/// As OpenSSL calls the hash.
const char* hash_of(Algorithm algorithm);

/// Bytes of a whole MAC.
std::size_t mac_size(Algorithm algorithm);

}  // namespace catena::tsig
