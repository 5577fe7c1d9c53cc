// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::net {

/// Whether the server's certificate must be trusted and carry the right name.
enum class Verification : std::uint8_t { required, none };

/// What a server wants of its clients' certificates.
enum class ClientAuth : std::uint8_t {
  none,                ///< They are not asked for one.
  request,             ///< They are asked, and may show none, or any.
  require,             ///< They must show one, which may be any.
  verify_if_given,     ///< They may show none; what they show must be trusted.
  require_and_verify,  ///< They must show one that is trusted.
};

/// PEM text and where it came from, for error messages.
struct Pem {
  std::string text;
  std::string origin;  ///< A file's path, or the name of the setting that holds the data.
};

/// A whole file of at most 1 MiB; the error names the file and says why.
Result<Pem> read_pem_file(const std::string& path);

/// What one end of TLS shows, trusts and wants.
struct TlsMaterial {
  /// Whom to trust. Without: the system's authorities. Empty text: nobody.
  std::optional<Pem> authorities;
  std::optional<Pem> certificate;  ///< With its chain; needs the key. A server has one.
  std::optional<Pem> key;

  Verification verification = Verification::required;  ///< Clients.
  ClientAuth client_auth = ClientAuth::none;           ///< Servers.

  /// Protocols over TLS (RFC 7301), best first. A server with a list refuses clients that offer
  /// others only; one without takes no notice of what they offer.
  std::vector<std::string> alpn;

  /// Is told the secrets of all connections, a line each (SSLKEYLOGFILE), on their threads.
  std::function<void(std::string_view)> keylog;
};

}  // namespace catena::net
