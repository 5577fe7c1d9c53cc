// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/query.hpp"

#include <string_view>

namespace catena {

/// Completes answers whose last record is a CNAME that leads out of a plugin's own data. Any
/// thread.
class AliasFollower {
 public:
  /// Failures may be cached no longer than SERVFAIL is by default (RFC 2308 section 7.1 has five
  /// minutes as the most).
  static constexpr std::uint32_t kFailureTtl = 5;  // Seconds.

  /// `plugin` is the name in metrics and errors; it outlives this.
  AliasFollower(std::string_view plugin, metrics::Registry& metrics);

  /// Asks the server for the query's type at `target`, which is in the query's arena and where the
  /// answer section's CNAME records lead, and adds what it says. The response code is that of the
  /// end of the chain (RFC 6604 section 3), and a denial brings its SOA along. A target that fails
  /// (no answer, SERVFAIL, REFUSED ...) leaves NOERROR and the CNAME, as CoreDNS does: clients
  /// would give up the whole name because of one type. It is counted, told to the plugin errors,
  /// and its TTL is short.
  Reply follow(Query& query, dns::NameView target) const;

  /// The same for a chain that leads nowhere, as a loop.
  Outcome give_up(Query& query, dns::NameView target, std::string_view why) const;

 private:
  Outcome add_end(Query& query,
                  dns::NameView target,
                  Outcome outcome,
                  const dns::Response& end) const;

  std::string_view plugin_;
  metrics::Counter& failures_;
};

}  // namespace catena
