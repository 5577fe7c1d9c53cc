// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_load.hpp"

#include "core/base/small_file.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <algorithm>

namespace catena::net {
namespace {

using Digest = TlsPolicy::Digest;

/// A key may ask for a pass phrase, which nobody is there to type.
int no_pass_phrase(char*, int, int, void*) { return 0; }

BioOwner reader_of(const Pem& pem) {
  return BioOwner(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
}

Digest digest_of(const CertificateOwner& certificate) {
  Digest digest{};
  unsigned size = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size);
  return digest;
}

Digest digest_of(const std::vector<Digest>& digests) {
  Digest all{};
  SHA256(reinterpret_cast<const unsigned char*>(digests.data()), digests.size() * sizeof(Digest),
         all.data());
  return all;
}

std::vector<Digest> digests_of(const std::vector<CertificateOwner>& certificates) {
  std::vector<Digest> digests;
  for (const CertificateOwner& one : certificates) digests.push_back(digest_of(one));
  return digests;
}

bool use_chain(SSL_CTX* context, const std::vector<CertificateOwner>& chain) {
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) return false;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
  }
  return true;
}

Result<void> use_key(SSL_CTX* context, const Pem& certificate, const Pem& key) {
  const KeyOwner owned(
      PEM_read_bio_PrivateKey(reader_of(key).get(), nullptr, no_pass_phrase, nullptr));
  if (!owned) return Error{fmt::format("{}: no private key: {}", key.origin, openssl_reason())};
  if (SSL_CTX_use_PrivateKey(context, owned.get()) == 1 &&
      SSL_CTX_check_private_key(context) == 1) {
    return {};
  }
  ERR_clear_error();
  return Error{fmt::format("{} and {} do not belong together", certificate.origin, key.origin)};
}

}  // namespace

Result<Pem> read_pem_file(const std::string& path) {
  auto text = read_small_file(path);
  if (!text) return text.error();
  return Pem{std::move(*text), path};
}

Result<std::vector<CertificateOwner>> read_certificates(const Pem& pem, const char* what) {
  std::vector<CertificateOwner> certificates;
  const BioOwner reader = reader_of(pem);
  while (X509* one = PEM_read_bio_X509(reader.get(), nullptr, no_pass_phrase, nullptr)) {
    certificates.emplace_back(one);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = openssl_reason();
  if (!at_end || (certificates.empty() && !pem.text.empty())) {
    return Error{fmt::format("{}: no {} could be read from it: {}", pem.origin, what, why)};
  }
  return Result<std::vector<CertificateOwner>>(boost::system::in_place_value,
                                               std::move(certificates));
}

Result<Digest> load_identity(SSL_CTX* context, const Pem& certificate, const Pem& key) {
  const auto chain = read_certificates(certificate, "certificate");
  if (!chain) return chain.error();
  if (chain->empty()) return Error{fmt::format("{}: it is empty", certificate.origin)};
  if (!use_chain(context, *chain)) {
    return Error{fmt::format("{}: {}", certificate.origin, openssl_reason())};
  }
  if (const auto used = use_key(context, certificate, key); !used) return used.error();
  return digest_of(digests_of(*chain));
}

Result<std::optional<Digest>> load_authorities(SSL_CTX* context,
                                               const std::optional<Pem>& authorities) {
  if (!authorities) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return std::optional<Digest>();
    return Error{fmt::format("the system's certificate authorities: {}", openssl_reason())};
  }
  const auto certificates = read_certificates(*authorities, "certificate authority");
  if (!certificates) return certificates.error();
  for (const CertificateOwner& one : *certificates) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
    SSL_CTX_add_client_CA(context, one.get());
  }
  std::vector<Digest> digests = digests_of(*certificates);
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  return std::optional<Digest>(digest_of(digests));
}

}  // namespace catena::net
