// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_context.hpp"

#include <memory>
#include <string>
#include <vector>

namespace catena::kubesim {

/// A certificate and its key, in PEM.
struct Credentials {
  std::string certificate;
  std::string key;
};

/// A certificate authority made at start, valid for a day. Throws std::runtime_error if OpenSSL
/// cannot make something.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] const std::string& certificate() const { return certificate_; }
  /// `names` are DNS names and addresses.
  [[nodiscard]] Credentials issue_server(const std::vector<std::string>& names) const;
  [[nodiscard]] Credentials issue_client(const std::string& common_name,
                                         const std::string& organization) const;

 private:
  struct Secrets;
  std::unique_ptr<Secrets> secrets_;
  std::string certificate_;
};

/// A server's TLS, which accepts client certificates of the authority. `clock` outlives it.
std::shared_ptr<const net::TlsContext> make_tls(const Authority& authority,
                                                const Credentials& server,
                                                const Clock& clock);

}  // namespace catena::kubesim
