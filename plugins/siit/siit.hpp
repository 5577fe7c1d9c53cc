// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/net/translation_prefix.hpp"
#include "core/plugin/attempt.hpp"
#include "core/plugin/setup.hpp"

#include <map>
#include <optional>

namespace catena::siit {

/// Which IPv4 address stands for which IPv6 address.
class AddressMap {
 public:
  using Four = net::TranslationPrefix::Four;
  using Sixteen = net::TranslationPrefix::Sixteen;

  void set_prefix(const net::TranslationPrefix& prefix) { prefix_ = prefix; }

  /// One pair of addresses (RFC 7757), which goes before the prefix. The last one counts of an IPv6
  /// address.
  void add(const Four& four, const Sixteen& six) { pairs_[six] = four; }

  /// Nothing for an IPv4 address that is written as IPv6, and for what is neither a pair's nor in
  /// the prefix.
  std::optional<Four> find(const Sixteen& six) const;

 private:
  net::TranslationPrefix prefix_;
  std::map<Sixteen, Four> pairs_;
};

/// Gives names that have IPv6 addresses only the IPv4 addresses that a translator between IPv4 and
/// an IPv6 data centre has for them (RFC 7755).
///
///     A question ──> the rest ──has none──> the rest for AAAA ──> AAAA records become A records
///
/// "The rest" is the block that the client would reach with that question (Attempt).
class Siit final : public Plugin {
 public:
  Siit(AddressMap addresses, PerServer<metrics::Counter*> translated)
      : addresses_(std::move(addresses)), translated_(std::move(translated)) {}

  Reply serve(Query& query, Next next) const override;

 private:
  Reply after_own(Query& query, Next next, Attempt& attempt, Outcome outcome) const;
  Outcome translate(Query& query, Attempt& attempt, Outcome outcome) const;
  bool map_records(Query& query, std::uint32_t most) const;

  AddressMap addresses_;
  PerServer<metrics::Counter*> translated_;
};

}  // namespace catena::siit
