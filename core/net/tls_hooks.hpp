// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/openssl.hpp"
#include "core/net/tls_policy.hpp"
#include "core/net/tls_sessions.hpp"
#include "core/net/tls_tickets.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace catena::net {

/// What OpenSSL calls back for. Belongs to its context, and so lives as long as every connection.
struct TlsHooks {
  std::shared_ptr<TlsTickets> tickets;    ///< Servers.
  std::shared_ptr<TlsSessions> sessions;  ///< Clients.
  std::string alpn;                       ///< As RFC 7301 section 3.1 writes a list; empty: none.
  std::function<void(std::string_view)> keylog;
  TlsPolicy policy;  ///< Servers.
};

/// Makes the context call them. False when out of memory.
bool install(SSL_CTX* context, TlsHooks hooks);

/// The context's sessions, or null.
TlsSessions* sessions_of(SSL_CTX* context);

/// What the connection's context promises. Lives as long as the connection.
const TlsPolicy& policy_of(const SSL* connection);

/// Under which name sessions of a client's connection are kept. False when out of memory.
bool set_session_name(SSL* connection, std::string name);

/// A list of protocols as RFC 7301 writes it; those that are empty or too long are left out.
std::string alpn_list(const std::vector<std::string>& protocols);

}  // namespace catena::net
