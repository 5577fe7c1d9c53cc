// SPDX-License-Identifier: Apache-2.0
#include "core/http/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace catena::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kFileLimit = 1024 * 1024;

std::string why(const boost::system::error_code& code) {
  ERR_clear_error();
  return code.message();
}

/// A client's key file may ask for a pass phrase, which nobody is there to type.
int no_pass_phrase(char*, int, int, void*) { return 0; }

struct Store {
  X509_STORE* store;
  int certificates = 0;
};

/// Reads every certificate of the text; what stands between them is skipped, as PEM readers do.
Result<void> add_authorities(SSL_CTX* context, const Pem& pem) {
  Store target{SSL_CTX_get_cert_store(context)};
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())), BIO_free);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr)) {
    X509_STORE_add_cert(target.store, certificate);
    X509_free(certificate);
    ++target.certificates;
  }
  const unsigned long error = ERR_peek_last_error();
  const bool at_end = ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end || (target.certificates == 0 && !pem.text.empty())) {
    return Error{fmt::format("{}: no certificate authority could be read from it", pem.origin)};
  }
  return {};
}

Result<void> use_identity(asio::ssl::context& context, const Pem& certificate, const Pem& key) {
  boost::system::error_code error;
  context.use_certificate_chain(asio::buffer(certificate.text), error);
  if (error) return Error{fmt::format("{}: no certificate: {}", certificate.origin, why(error))};
  context.use_private_key(asio::buffer(key.text), asio::ssl::context::pem, error);
  if (error) return Error{fmt::format("{}: no private key: {}", key.origin, why(error))};
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    ERR_clear_error();
    return Error{fmt::format("{} and {} do not belong together", certificate.origin, key.origin)};
  }
  return {};
}

Result<void> use_trust(asio::ssl::context& context, const TlsMaterial& material) {
  if (material.verification == Verification::none) {
    context.set_verify_mode(asio::ssl::verify_none);
    return {};
  }
  context.set_verify_mode(asio::ssl::verify_peer);
  if (material.authorities) return add_authorities(context.native_handle(), *material.authorities);
  boost::system::error_code error;
  context.set_default_verify_paths(error);
  if (error) return Error{fmt::format("the system's certificate authorities: {}", why(error))};
  return {};
}

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return Error{fmt::format("open {}: {}", path, std::strerror(errno))};
  std::string text;
  char piece[16384];
  while (const std::size_t count = std::fread(piece, 1, sizeof piece, file.get())) {
    text.append(piece, count);
    if (text.size() > kFileLimit) return Error{fmt::format("{}: larger than 1 MiB", path)};
  }
  if (std::ferror(file.get()) != 0) {
    return Error{fmt::format("read {}: {}", path, std::strerror(errno))};
  }
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

Result<Pem> read_pem_file(const std::string& path) {
  auto text = read_small_file(path);
  if (!text) return text.error();
  return Pem{std::move(*text), path};
}

Result<std::shared_ptr<asio::ssl::context>> make_client_context(const TlsMaterial& material) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(context->native_handle(), no_pass_phrase);
  if (const auto trust = use_trust(*context, material); !trust) return trust.error();
  if (material.certificate.has_value() != material.key.has_value()) {
    return Error{"a client certificate and its key must be given together"};
  }
  if (material.certificate) {
    const auto identity = use_identity(*context, *material.certificate, *material.key);
    if (!identity) return identity.error();
  }
  return context;
}

}  // namespace catena::http
