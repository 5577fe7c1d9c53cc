// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/dns/name.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace catena::tsig {

/// One `key` statement of a file.
struct NamedSecret {
  dns::Name name;
  std::string secret;  ///< As it stands there: base64 mostly.
};

/// Reads named's key statements as CoreDNS does: one word or pair of words a line.
///
///     key "example." {
///         algorithm hmac-sha256;
///         secret "X28hl0BOfAL5G0jsmJWSacrwn7YRm2f6U5brnzwWEus=";
///     };
///
/// Algorithms are not looked at. Takes any bytes. An error begins with `path` and the line;
/// of the file it shows names of keys only, since any other word may be a secret.
Result<std::vector<NamedSecret>> parse_key_file(std::string_view text, std::string_view path);

}  // namespace catena::tsig
