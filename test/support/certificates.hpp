// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/openssl.hpp"
#include "core/net/tls_material.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>

namespace catena::test {

/// A certificate and its key, as PEM.
struct Identity {
  std::string certificate;
  std::string key;

  net::TlsMaterial shown() const {
    return {.certificate = net::Pem{certificate, "certificate"}, .key = net::Pem{key, "key"}};
  }
};

/// When a certificate is good, in seconds from now.
struct Validity {
  long from = -3600;
  long to = 3600;
};

/// Signs certificates for a test. Keys and signatures are Ed25519: quick, and always of one size.
class Authority {
 public:
  explicit Authority(const char* name = "authority") : key_(make_key()) {
    certificate_ = make(name, key_.get(), {}, {});
  }

  /// For `names`, as OpenSSL writes them: "DNS:dns.test,IP:127.0.0.1"; empty for none.
  Identity issue(const std::string& names, const Validity& validity = {}) const {
    const net::KeyOwner key = make_key();
    return {text_of(make("end", key.get(), names, validity).get()), text_of(key.get())};
  }

  std::string certificate() const { return text_of(certificate_.get()); }
  net::Pem pem() const { return {certificate(), "authority"}; }

 private:
  static net::KeyOwner make_key() {
    return net::KeyOwner(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }

  static void add(X509* certificate, int what, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  net::CertificateOwner make(const char* common_name,
                             EVP_PKEY* key,
                             const std::string& names,
                             const Validity& validity) const {
    net::CertificateOwner certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    static long serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.to);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    const bool own = certificate_ == nullptr;
    X509_set_issuer_name(certificate.get(),
                         own ? subject : X509_get_subject_name(certificate_.get()));
    if (own) add(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    if (!names.empty()) add(certificate.get(), NID_subject_alt_name, names.c_str());
    X509_sign(certificate.get(), key_.get(), nullptr);
    return certificate;
  }

  template <class Write>
  static std::string written(Write write) {
    const net::BioOwner bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
  static std::string text_of(X509* certificate) {
    return written([=](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  }
  static std::string text_of(EVP_PKEY* key) {
    return written([=](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  net::KeyOwner key_;
  net::CertificateOwner certificate_;
};

}  // namespace catena::test
