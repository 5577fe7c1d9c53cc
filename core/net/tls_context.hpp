// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/net/tls_material.hpp"
#include "core/net/tls_policy.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace catena::net {

struct TlsHandleFree {
  void operator()(ssl_st* handle) const;
};
/// One end of one connection, before its handshake: what a TlsStream is made of. Holds all of its
/// context that it needs.
using TlsHandle = std::unique_ptr<ssl_st, TlsHandleFree>;

class TlsTickets;
class TlsSessions;

/// One side's TLS, 1.2 and 1.3: what all connections that it accepts, or that it makes, have in
/// common. Certificates can be changed while connections last. Any thread.
class TlsContext {
 public:
  /// Errors name the origin of what is wrong. Sessions are resumed, as the servers like.
  static Result<std::shared_ptr<TlsContext>> client(const TlsMaterial& material);

  /// `clock`, which outlives it, says when the keys of its session tickets are old. All workers
  /// share one, so that a ticket is good with each of them. Without renegotiation.
  static Result<std::shared_ptr<TlsContext>> server(const TlsMaterial& material,
                                                    const Clock& clock);

  /// From now on what begins is made of this; what is there goes on as it was. On an error all is
  /// as before. A server's tickets stay good unless what it wants of clients has changed.
  Result<void> reload(const TlsMaterial& material);

  /// The server's end of a connection. Null when out of memory.
  TlsHandle accept() const;

  /// The client's end. The server's certificate must be for `name`, a host name, which it is told
  /// (SNI, RFC 6066 section 3), or an address. A session of an earlier connection to the same
  /// `name` and `peer` is resumed. Null when out of memory.
  TlsHandle connect(const std::string& name, const std::string& peer = {}) const;

  /// The same with no earlier session, and none is kept of it. For servers that may have no name
  /// for their sessions (OpenSSL's session id context): they end a handshake that goes on with one.
  TlsHandle connect_afresh(const std::string& name) const;

  TlsPolicy policy() const;

  /// Behind this its certificate is good no more; 1970 without one.
  std::chrono::system_clock::time_point expiry() const;

 private:
  struct Made {
    std::shared_ptr<ssl_ctx_st> context;
    TlsPolicy policy;
  };

  explicit TlsContext(std::shared_ptr<TlsTickets> tickets);
  Result<Made> make(const TlsMaterial& material) const;
  std::shared_ptr<ssl_ctx_st> current() const;

  std::shared_ptr<TlsTickets> tickets_;  // Null for clients.
  std::shared_ptr<TlsSessions> sessions_;
  mutable std::mutex mutex_;
  Made made_;
};

}  // namespace catena::net
