// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>

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

/// A server's TLS settings: TLS 1.2 or newer, client certificates of the authority are accepted.
std::shared_ptr<boost::asio::ssl::context> make_tls(const Authority& authority,
                                                    const Credentials& server);

}  // namespace catena::kubesim
