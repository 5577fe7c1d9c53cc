// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <memory>
#include <optional>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace catena::http {

/// Whether the server's certificate must be trusted and carry the right name.
enum class Verification { required, none };

/// PEM text and where it came from, for error messages.
struct Pem {
  std::string text;
  std::string origin;  ///< A file's path, or the name of the setting that holds the data.
};

/// What a TLS client shows and trusts.
struct TlsMaterial {
  std::optional<Pem> authorities;  ///< Without: the system's. Empty text: nobody is trusted.
  std::optional<Pem> certificate;  ///< With its chain; needs the key.
  std::optional<Pem> key;
  Verification verification = Verification::required;
};

/// A whole file of at most 1 MiB; the error names the file and says why.
Result<std::string> read_small_file(const std::string& path);
Result<Pem> read_pem_file(const std::string& path);

/// A client's context for TLS 1.2 and later; the error names the origin of what is wrong.
Result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const TlsMaterial& material);

}  // namespace catena::http
