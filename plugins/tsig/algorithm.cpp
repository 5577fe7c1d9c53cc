// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/algorithm.hpp"

#include <array>
#include <string_view>

namespace catena::tsig {
namespace {

struct Known {
  std::string_view name;  ///< All are one label.
  const char* hash;
  std::size_t mac_size;
};

constexpr std::array<Known, kAlgorithms> kKnown{{
    {"hmac-sha1", "SHA1", 20},
    {"hmac-sha224", "SHA224", 28},
    {"hmac-sha256", "SHA256", 32},
    {"hmac-sha384", "SHA384", 48},
    {"hmac-sha512", "SHA512", 64},
}};

const Known& known(Algorithm algorithm) { return kKnown[static_cast<std::size_t>(algorithm)]; }

}  // namespace

std::optional<Algorithm> algorithm_of(dns::NameView name) {
  if (!name.parent().is_root()) return std::nullopt;
  const dns::Name folded = dns::Name(name).fold();
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    if (folded.view().first_label() == kKnown[i].name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

const char* hash_of(Algorithm algorithm) { return known(algorithm).hash; }

std::size_t mac_size(Algorithm algorithm) { return known(algorithm).mac_size; }

}  // namespace catena::tsig
