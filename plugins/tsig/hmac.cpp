// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace catena::tsig {

void Hmac::Free::operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }

Hmac::Hmac(Algorithm algorithm) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), &EVP_MAC_free);
  context_.reset(hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr);
  const OSSL_PARAM settings[]{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hash_of(algorithm)),
                                       0),
      OSSL_PARAM_construct_end(),
  };
  if (context_ && EVP_MAC_CTX_set_params(context_.get(), settings) != 1) context_.reset();
  ERR_clear_error();
}

void Hmac::begin(Bytes secret) {
  good_ = context_ && EVP_MAC_init(context_.get(), secret.data(), secret.size(), nullptr) == 1;
}

void Hmac::add(Bytes bytes) {
  good_ = good_ && EVP_MAC_update(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::optional<Mac> Hmac::finish() {
  Mac mac;
  good_ =
      good_ && EVP_MAC_final(context_.get(), mac.bytes.data(), &mac.size, mac.bytes.size()) == 1;
  if (good_) return mac;
  ERR_clear_error();
  return std::nullopt;
}

Hmac& Hmacs::of(Algorithm algorithm) {
  std::optional<Hmac>& one = all_[static_cast<std::size_t>(algorithm)];
  if (!one) one.emplace(algorithm);
  return *one;
}

bool same_bytes(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace catena::tsig
