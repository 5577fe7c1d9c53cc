// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_context.hpp"

#include "core/net/hello_guard.hpp"
#include "core/net/tls_hooks.hpp"
#include "core/net/tls_load.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

namespace catena::net {
namespace {

// A client's certificate with its chain; OpenSSL makes room for what a client says it will send.
constexpr long kLongestClientChain = HelloGuard::kMost;

int accept_any(X509_STORE_CTX*, void*) { return 1; }

ContextOwner make_bare(bool serves) {
  ContextOwner context(SSL_CTX_new(serves ? TLS_server_method() : TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Whatever is in the pool is trusted for itself, as in Go: an intermediate, or one server.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  return context;
}

int verify_mode(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::none:
      return SSL_VERIFY_NONE;
    case ClientAuth::request:
    case ClientAuth::verify_if_given:
      return SSL_VERIFY_PEER;
    default:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
}

// A ticket must not carry a client past what is wanted of clients by now.
void tie_tickets_to(SSL_CTX* context, const TlsPolicy& policy) {
  std::array<unsigned char, SSL_MAX_SID_CTX_LENGTH> tied{};
  if (policy.authorities) std::copy_n(policy.authorities->begin(), tied.size(), tied.begin());
  tied[0] = static_cast<unsigned char>(policy.client_auth);
  SSL_CTX_set_session_id_context(context, tied.data(), tied.size());
}

// The system's are a large file, and only read where somebody is judged by them.
bool needs_authorities(const TlsMaterial& material, bool serves) {
  if (!serves) return material.verification == Verification::required;
  const bool judges = material.client_auth == ClientAuth::verify_if_given ||
                      material.client_auth == ClientAuth::require_and_verify;
  return judges || material.authorities.has_value();
}

void set_up_server(SSL_CTX* context, const TlsPolicy& policy) {
  SSL_CTX_set_verify(context, verify_mode(policy.client_auth), nullptr);
  const bool any =
      policy.client_auth == ClientAuth::request || policy.client_auth == ClientAuth::require;
  if (any) SSL_CTX_set_cert_verify_callback(context, accept_any, nullptr);
  SSL_CTX_set_max_cert_list(context, kLongestClientChain);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, TlsTickets::kLife.count());
  SSL_CTX_set_num_tickets(context, 1);
  tie_tickets_to(context, policy);
}

void set_up_client(SSL_CTX* context, Verification verification) {
  const bool required = verification == Verification::required;
  SSL_CTX_set_verify(context, required ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}

bool is_ip_address(const std::string& name) {
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error;
}

// Names are those of the certificate's list, as in Go: the subject does not count.
bool expect_name(SSL* connection, std::string name) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(connection);
  if (is_ip_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
  if (name.ends_with('.')) name.pop_back();
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(connection, name.c_str()) == 1;
}

Error out_of_memory() { return Error{"TLS cannot be set up: " + openssl_reason()}; }

}  // namespace

void TlsHandleFree::operator()(ssl_st* handle) const { SSL_free(handle); }

TlsContext::TlsContext(std::shared_ptr<TlsTickets> tickets)
    : tickets_(std::move(tickets)), sessions_(std::make_shared<TlsSessions>()) {}

Result<std::shared_ptr<TlsContext>> TlsContext::client(const TlsMaterial& material) {
  std::shared_ptr<TlsContext> context(new TlsContext(nullptr));
  if (const auto loaded = context->reload(material); !loaded) return loaded.error();
  return context;
}

Result<std::shared_ptr<TlsContext>> TlsContext::server(const TlsMaterial& material,
                                                       const Clock& clock) {
  std::shared_ptr<TlsContext> context(new TlsContext(std::make_shared<TlsTickets>(clock)));
  if (const auto loaded = context->reload(material); !loaded) return loaded.error();
  return context;
}

Result<void> TlsContext::reload(const TlsMaterial& material) {
  auto made = make(material);
  if (!made) return made.error();
  const std::lock_guard lock(mutex_);
  made_ = std::move(*made);
  sessions_->clear();
  return {};
}

Result<TlsContext::Made> TlsContext::make(const TlsMaterial& material) const {
  const bool serves = tickets_ != nullptr;
  const ContextOwner context = make_bare(serves);
  if (!context) return out_of_memory();
  TlsPolicy policy{.client_auth = material.client_auth};
  if (material.certificate.has_value() != material.key.has_value()) {
    return Error{"a certificate and its key must be given together"};
  }
  if (serves && !material.certificate) return Error{"a server needs a certificate"};
  if (material.certificate) {
    const auto identity = load_identity(context.get(), *material.certificate, *material.key);
    if (!identity) return identity.error();
    policy.certificates = *identity;
  }
  if (needs_authorities(material, serves)) {
    const auto authorities = load_authorities(context.get(), material.authorities);
    if (!authorities) return authorities.error();
    policy.authorities = *authorities;
  }
  if (serves) {
    set_up_server(context.get(), policy);
  } else {
    set_up_client(context.get(), material.verification);
  }
  TlsHooks hooks{tickets_, sessions_, alpn_list(material.alpn), material.keylog, policy};
  if (!install(context.get(), std::move(hooks))) return out_of_memory();
  SSL_CTX_up_ref(context.get());
  return Made{std::shared_ptr<SSL_CTX>(context.get(), SSL_CTX_free), policy};
}

std::shared_ptr<ssl_ctx_st> TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return made_.context;
}

TlsPolicy TlsContext::policy() const {
  const std::lock_guard lock(mutex_);
  return made_.policy;
}

std::chrono::system_clock::time_point TlsContext::expiry() const {
  const std::shared_ptr<SSL_CTX> context = current();
  const X509* certificate = SSL_CTX_get0_certificate(context.get());
  std::tm time{};
  const bool known = certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1;
  return std::chrono::system_clock::from_time_t(known ? ::timegm(&time) : 0);
}

TlsHandle TlsContext::accept() const {
  TlsHandle handle(SSL_new(current().get()));
  if (handle) SSL_set_accept_state(handle.get());
  return handle;
}

TlsHandle TlsContext::connect_afresh(const std::string& name) const {
  TlsHandle handle(SSL_new(current().get()));
  if (!handle) return nullptr;
  SSL_set_connect_state(handle.get());
  return expect_name(handle.get(), name) ? std::move(handle) : nullptr;
}

TlsHandle TlsContext::connect(const std::string& name, const std::string& peer) const {
  TlsHandle handle = connect_afresh(name);
  if (!handle) return nullptr;
  std::string server = name + '/' + peer;
  const SessionOwner session = sessions_of(SSL_get_SSL_CTX(handle.get()))->take(server);
  if (session) SSL_set_session(handle.get(), session.get());
  return set_session_name(handle.get(), std::move(server)) ? std::move(handle) : nullptr;
}

}  // namespace catena::net
