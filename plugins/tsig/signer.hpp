// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/tsig.hpp"
#include "core/dns/tsig_error.hpp"
#include "core/plugin/wire_hook.hpp"

#include "plugins/tsig/hmac.hpp"

#include <array>

namespace catena::tsig {

/// Puts a TSIG record behind each message of an answer (RFC 8945 section 5.3), in the query's arena
/// as what it points to. Each MAC covers the one before: that of the request, then that of the
/// message before in a transfer. With an error about key or MAC there is no MAC (section 5.3.2).
class Signer final : public WireHook {
 public:
  /// What to sign with; it lives as long as the query.
  struct Key {
    Bytes secret;
    Hmac& hmac;
    std::size_t mac_size;
  };

  /// `request` is what the client signed with, `now` in seconds since 1970.
  Signer(const dns::Tsig& request, dns::TsigError error, std::uint64_t now);
  Signer(const dns::Tsig& request, dns::TsigError error, std::uint64_t now, const Key& key);

  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  std::size_t reserves(Way way) const override;
  Passed leaving(const Query& query, const WireMessage& message) override;

 private:
  bool sign(Bytes message);

  dns::Tsig record_;  // As it leaves next.
  Bytes secret_;
  Hmac* hmac_ = nullptr;
  std::size_t mac_size_ = 0;
  Bytes previous_;  // MAC.
  Mac mac_;         // Of the message that left last.
  bool first_ = true;
  std::array<std::uint8_t, 6> server_time_{};
};

}  // namespace catena::tsig
