// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace catena::net {

/// OpenSSL's objects, owned. For the files of this room that speak to OpenSSL.
template <auto Free>
struct OpensslFree {
  template <class Object>
  void operator()(Object* object) const {
    Free(object);
  }
};
using BioOwner = std::unique_ptr<BIO, OpensslFree<BIO_free>>;
using CertificateOwner = std::unique_ptr<X509, OpensslFree<X509_free>>;
using KeyOwner = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using SessionOwner = std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>;
using ContextOwner = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;

/// Why the last call failed, in OpenSSL's words; nothing is left of it for the next one.
inline std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? text : "unknown reason";
}

}  // namespace catena::net
