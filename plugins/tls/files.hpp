// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_material.hpp"

#include <optional>
#include <string>

namespace catena::tls {

/// Where the TLS of a block comes from. Paths are as they stand in the Corefile.
struct Files {
  std::string certificate;
  std::string key;
  std::optional<std::string> authorities;  ///< Of clients; without: the system's.
  net::ClientAuth client_auth = net::ClientAuth::none;
  std::optional<std::string> key_log;

  bool operator==(const Files&) const = default;
};

/// Reads them all; the error names the one that cannot be read. Whether they fit is for
/// TlsContext::server() to say.
Result<net::TlsMaterial> read(const Files& files);

}  // namespace catena::tls
