// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/authority.hpp"

#include "core/net/openssl.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace catena::kubesim {
namespace {

using Certificate = net::CertificateOwner;
using PrivateKey = net::KeyOwner;

constexpr long kBackdated = -3600;
constexpr long kLifetime = 86400;

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(fmt::format("OpenSSL cannot {}", what));
}

PrivateKey make_key() {
  PrivateKey key(EVP_EC_gen("P-256"));
  check(key != nullptr, "make a key");
  return key;
}

void set_name(X509_NAME* name, const char* field, const std::string& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
  check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes,
                                   static_cast<int>(value.size()), -1, 0) == 1,
        "set a name");
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr, "make an extension");
  const int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  check(added == 1, "add an extension");
}

Certificate blank(EVP_PKEY* key, const std::string& common_name, const std::string& organization) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "make a certificate");
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint32_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "draw a number");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), static_cast<long>(serial >> 1) + 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), kBackdated);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kLifetime);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  if (!organization.empty()) set_name(subject, "O", organization);
  set_name(subject, "CN", common_name);
  return certificate;
}

template <class Write>
std::string pem(Write write) {
  const net::BioOwner memory(BIO_new(BIO_s_mem()));
  check(memory != nullptr && write(memory.get()) == 1, "write PEM");
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string certificate_pem(X509* certificate) {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string key_pem(EVP_PKEY* key) {
  return pem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) {
    boost::system::error_code error;
    boost::asio::ip::make_address(name, error);
    result += fmt::format("{}{}:{}", result.empty() ? "" : ",", error ? "DNS" : "IP", name);
  }
  return result;
}

}  // namespace

struct Authority::Secrets {
  PrivateKey key = make_key();
  Certificate certificate = blank(key.get(), "kubesim-ca", "");

  Credentials sign(EVP_PKEY* subject_key, X509* subject) const {
    X509_set_issuer_name(subject, X509_get_subject_name(certificate.get()));
    check(X509_sign(subject, key.get(), EVP_sha256()) > 0, "sign");
    return {certificate_pem(subject), key_pem(subject_key)};
  }
};

Authority::Authority() : secrets_(std::make_unique<Secrets>()) {
  X509* own = secrets_->certificate.get();
  extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(own, own, NID_subject_key_identifier, "hash");
  certificate_ = secrets_->sign(secrets_->key.get(), own).certificate;
}

Authority::~Authority() = default;

Credentials Authority::issue_server(const std::vector<std::string>& names) const {
  const PrivateKey key = make_key();
  const Certificate certificate = blank(key.get(), "kubesim", "");
  X509* issuer = secrets_->certificate.get();
  extend(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
  extend(certificate.get(), issuer, NID_subject_alt_name, alternative_names(names));
  return secrets_->sign(key.get(), certificate.get());
}

Credentials Authority::issue_client(const std::string& common_name,
                                    const std::string& organization) const {
  const PrivateKey key = make_key();
  const Certificate certificate = blank(key.get(), common_name, organization);
  X509* issuer = secrets_->certificate.get();
  extend(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate.get(), issuer, NID_ext_key_usage, "clientAuth");
  return secrets_->sign(key.get(), certificate.get());
}

std::shared_ptr<const net::TlsContext> make_tls(const Authority& authority,
                                                const Credentials& server,
                                                const Clock& clock) {
  const net::TlsMaterial material{.authorities = net::Pem{authority.certificate(), "authority"},
                                  .certificate = net::Pem{server.certificate, "certificate"},
                                  .key = net::Pem{server.key, "key"},
                                  .client_auth = net::ClientAuth::verify_if_given};
  return net::TlsContext::server(material, clock).value();
}

}  // namespace catena::kubesim
