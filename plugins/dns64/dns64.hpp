// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/net/translation_prefix.hpp"
#include "core/plugin/attempt.hpp"
#include "core/plugin/setup.hpp"

#include <cstdint>

namespace catena::dns64 {

struct Settings {
  net::TranslationPrefix prefix;
  bool translate_all = false;  ///< Also where there are AAAA records.
  bool allow_ipv4 = false;     ///< Also for clients that came over IPv4.
};

/// Gives names that have IPv4 addresses only the IPv6 addresses that a NAT64 translates (RFC 6147),
/// and those addresses the names of the IPv4 addresses.
///
///     AAAA question ──> the rest ──has none──> the rest for A ──> A records become AAAA records
///     PTR of the prefix ──> the rest ──has none──> the rest for in-addr.arpa ──> a CNAME leads
///     there
///
/// "The rest" is the block that the client would reach with that question (Attempt).
class Dns64 final : public Plugin {
 public:
  Dns64(const Settings& settings, PerServer<metrics::Counter*> translated)
      : settings_(settings), translated_(std::move(translated)) {}

  Reply serve(Query& query, Next next) const override;

 private:
  bool serves(const Query& query) const;

  Reply addresses(Query& query, Next next) const;
  Reply after_addresses(Query& query, Next next, Attempt& attempt, Outcome outcome) const;
  bool has_own_addresses(Query& query, Outcome outcome) const;
  Outcome translate(Query& query, std::uint32_t most, Outcome outcome) const;

  Reply names(Query& query, Next next, const net::TranslationPrefix::Four& address) const;
  Reply after_names(Query& query,
                    Next next,
                    Attempt& attempt,
                    const net::TranslationPrefix::Four& address,
                    Outcome outcome) const;

  void count(const Query& query) const;

  Settings settings_;
  PerServer<metrics::Counter*> translated_;
};

}  // namespace catena::dns64
