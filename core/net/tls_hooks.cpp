// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_hooks.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>

namespace catena::net {
namespace {

template <class Owned>
void free_owned(void*, void* owned, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Owned*>(owned);
}

int hooks_index() {
  static const int index =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_owned<TlsHooks>);
  return index;
}

int name_index() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_owned<std::string>);
  return index;
}

TlsHooks* hooks_of(SSL_CTX* context) {
  return static_cast<TlsHooks*>(SSL_CTX_get_ex_data(context, hooks_index()));
}

TlsHooks* hooks_of(const SSL* connection) { return hooks_of(SSL_get_SSL_CTX(connection)); }

bool set_mac(EVP_MAC_CTX* mac, TlsTickets::Key& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, params) == 1;
}

int seal(TlsTickets& tickets,
         unsigned char* name,
         unsigned char* iv,
         EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
  auto key = tickets.newest();
  if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  std::copy(key->name.begin(), key->name.end(), name);
  const bool ready =
      EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher.data(), iv, nullptr) == 1;
  return ready && set_mac(mac, *key) ? 1 : -1;
}

// A ticket of TLS 1.3 is used once, so that there is a new one each time.
int unseal(TlsTickets& tickets,
           int version,
           const unsigned char* name,
           const unsigned char* iv,
           EVP_CIPHER_CTX* cipher,
           EVP_MAC_CTX* mac) {
  auto key = tickets.find(std::span<const std::uint8_t, 16>(name, 16));
  if (!key) return 0;
  const bool ready =
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher.data(), iv, nullptr) == 1;
  if (!ready || !set_mac(mac, *key)) return -1;
  constexpr int kGood = 1;
  constexpr int kGoodButRenew = 2;
  return key->newest && version < TLS1_3_VERSION ? kGood : kGoodButRenew;
}

int on_ticket(SSL* connection,
              unsigned char* name,
              unsigned char* iv,
              EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac,
              int sealing) {
  TlsTickets& tickets = *hooks_of(connection)->tickets;
  return sealing != 0 ? seal(tickets, name, iv, cipher, mac)
                      : unseal(tickets, SSL_version(connection), name, iv, cipher, mac);
}

// 1: the session is ours now.
int on_session(SSL* connection, SSL_SESSION* session) {
  const auto* name = static_cast<std::string*>(SSL_get_ex_data(connection, name_index()));
  if (name == nullptr) return 0;
  hooks_of(connection)->sessions->put(*name, SessionOwner(session));
  return 1;
}

int on_alpn(SSL* connection,
            const unsigned char** chosen,
            unsigned char* size,
            const unsigned char* offered,
            unsigned offered_size,
            void*) {
  const std::string& ours = hooks_of(connection)->alpn;
  unsigned char* picked = nullptr;
  const int found =
      SSL_select_next_proto(&picked, size, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), offered, offered_size);
  *chosen = picked;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void on_keylog(const SSL* connection, const char* line) { hooks_of(connection)->keylog(line); }

void install_for_server(SSL_CTX* context, const TlsHooks& hooks) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  if (!hooks.alpn.empty()) SSL_CTX_set_alpn_select_cb(context, on_alpn, nullptr);
}

void install_for_client(SSL_CTX* context, const TlsHooks& hooks) {
  SSL_CTX_sess_set_new_cb(context, on_session);
  const auto* list = reinterpret_cast<const unsigned char*>(hooks.alpn.data());
  SSL_CTX_set_alpn_protos(context, list, static_cast<unsigned>(hooks.alpn.size()));
}

}  // namespace

bool install(SSL_CTX* context, TlsHooks hooks) {
  auto owned = std::make_unique<TlsHooks>(std::move(hooks));
  if (SSL_CTX_set_ex_data(context, hooks_index(), owned.get()) != 1) return false;
  const TlsHooks& installed = *owned.release();
  if (installed.tickets) {
    install_for_server(context, installed);
  } else {
    install_for_client(context, installed);
  }
  if (installed.keylog) SSL_CTX_set_keylog_callback(context, on_keylog);
  return true;
}

TlsSessions* sessions_of(SSL_CTX* context) { return hooks_of(context)->sessions.get(); }

const TlsPolicy& policy_of(const SSL* connection) { return hooks_of(connection)->policy; }

bool set_session_name(SSL* connection, std::string name) {
  auto owned = std::make_unique<std::string>(std::move(name));
  if (SSL_set_ex_data(connection, name_index(), owned.get()) != 1) return false;
  owned.release();
  return true;
}

std::string alpn_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) continue;
    list += static_cast<char>(protocol.size());
    list += protocol;
  }
  return list;
}

}  // namespace catena::net
