// SPDX-License-Identifier: Apache-2.0
#include "plugins/tls/files.hpp"

namespace catena::tls {

Result<net::TlsMaterial> read(const Files& files) {
  Result<net::Pem> certificate = net::read_pem_file(files.certificate);
  if (!certificate) return certificate.error();
  Result<net::Pem> key = net::read_pem_file(files.key);
  if (!key) return key.error();
  net::TlsMaterial material{.certificate = std::move(*certificate),
                            .key = std::move(*key),
                            .client_auth = files.client_auth};
  if (!files.authorities) return material;
  Result<net::Pem> authorities = net::read_pem_file(*files.authorities);
  if (!authorities) return authorities.error();
  material.authorities = std::move(*authorities);
  return material;
}

}  // namespace catena::tls
