// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/line_limit.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/zones.hpp"

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace catena::transfer {

/// One `transfer` line: zones, and who may have them.
struct Permission {
  Zones zones;
  bool anyone = false;                       ///< `to *`
  std::vector<asio::ip::address> addresses;  ///< `to ADDRESS`

  /// IPv4 in IPv6's clothes is IPv4.
  bool allows(const asio::ip::address& client) const;
};

/// Hands out whole zones of the block's other plugins (AXFR: RFC 5936; IXFR: RFC 1995). Any thread.
class Transfer final : public Plugin, public Assembled {
 public:
  /// Transfers that may be under way at the same time; further ones get SERVFAIL and are counted.
  static constexpr int kMost = 32;

  Transfer(std::vector<Permission> permissions,
           std::shared_ptr<LineLimit> lines,
           metrics::Counter& turned_away);

  Reply serve(Query& query, Next next) const override;
  std::string assembled(const Chain& chain) override;

 private:
  class Slot;
  const Permission* permission_for(dns::NameView zone) const;
  const TransferSource* source_of(dns::NameView zone) const;
  Reply hand_out(Query& query, const TransferSource& source) const;
  static Outcome serial_only(Query& query, const dns::Record& soa);
  Reply whole(Query& query, std::unique_ptr<ZoneCursor> cursor, const dns::Record& soa) const;
  void tell(Query& query, std::size_t records, const dns::Record& soa) const;
  asio::awaitable<Outcome> send(Query& query,
                                std::unique_ptr<ZoneCursor> cursor,
                                dns::Record soa,
                                Slot slot) const;

  std::vector<Permission> permissions_;
  std::vector<const TransferSource*> sources_;  // In the order of the chain.
  std::shared_ptr<LineLimit> lines_;
  metrics::Counter& turned_away_;
  mutable std::atomic<int> under_way_{0};
};

}  // namespace catena::transfer
