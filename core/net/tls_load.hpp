// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/openssl.hpp"
#include "core/net/tls_policy.hpp"

#include <vector>

namespace catena::net {

/// Every certificate of the text, and what stands between them is skipped, as PEM readers do. None
/// where the text is empty, else an error where there is none.
Result<std::vector<CertificateOwner>> read_certificates(const Pem& pem, const char* what);

/// The context's own certificate with its chain, and its key. Returns the digest of the chain.
Result<TlsPolicy::Digest> load_identity(SSL_CTX* context, const Pem& certificate, const Pem& key);

/// Whom the context trusts: these, or the system's where there are none. Returns the digest of
/// them.
Result<std::optional<TlsPolicy::Digest>> load_authorities(SSL_CTX* context,
                                                          const std::optional<Pem>& authorities);

}  // namespace catena::net
