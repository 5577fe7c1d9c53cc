// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/numbers.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace catena {

class Query;

/// Where a message leaves to.
enum class Way : std::uint8_t { to_client, to_upstream };

/// The bytes of one message and the room behind them.
struct WireMessage {
  Way way = Way::to_client;
  std::span<std::uint8_t> room;  ///< All that may leave; the message is at its beginning.
  std::size_t size = 0;          ///< Bytes of the message.
};

/// The size of a message behind a hook, or what the client is told instead of it.
using Passed = boost::system::result<std::size_t, dns::Rcode>;

/// Sees each message of one query as the bytes that leave, and may lengthen it (tsig signs, dnstap
/// copies). Each query has its own, in its arena mostly: what has to be known from one message of a
/// transfer to the next is the hook's own state. One thread.
class WireHook {
 public:
  /// Bytes by which the next message that goes this way may become longer. They are kept free when
  /// it is written; of an answer that has to be cut for that only the question is left, with TC
  /// (RFC 8945 section 5.3).
  virtual std::size_t reserves(Way) const { return 0; }

  /// Does its part. An error is what the client gets instead, without any hook. What it throws
  /// costs its query a SERVFAIL, as everywhere.
  virtual Passed leaving(const Query& query, const WireMessage& message) = 0;

 protected:
  ~WireHook() = default;
};

/// What all hooks of a query reserve for the next message that goes this way.
std::size_t reserved(const Query& query, Way way);

/// Has the hooks of a query do their part, the one nearest to the message's receiver last.
Passed run_hooks(const Query& query, WireMessage message);

}  // namespace catena
