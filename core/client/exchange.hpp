// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/client/fault.hpp"
#include "core/client/request.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace catena::client {

/// What makes a message the reply to ours.
enum class Match : std::uint8_t {
  question,  ///< Id, QR and the question.
  id,        ///< The id; for health checks, where anything but silence is a sign of life.
};

/// What to do about a UDP reply that is truncated.
enum class Truncated : std::uint8_t { accept, retry_over_tcp };

/// How one question is to be asked.
struct Plan {
  Wire wire = Wire::udp;
  Truncated truncated = Truncated::accept;
  Match match = Match::question;
  std::size_t udp_limit = 512;                 ///< A longer UDP reply counts as cut.
  Duration timeout = std::chrono::seconds(2);  ///< From sending to the reply, on each wire.
  std::optional<Duration> dial_limit = {};     ///< How long it waits for a new connection.
};

/// What the one who holds the sockets does next.
enum class Step : std::uint8_t {
  send,  ///< Send request() over wire(), with an id of its own.
  wait,
  wait_briefly,  ///< Exchange::kGrace more at most.
  done,          ///< status() says how it ended.
};

enum class ExchangeStatus : std::uint8_t {
  pending,
  answered,    ///< answer() is valid until the receive buffer is used again.
  truncated,   ///< The reply was too long or cut: an empty answer with TC is due, see header().
  mismatched,  ///< The server answered something else than what was asked, and nothing else came.
  failed,      ///< See fault().
};

/// One question to one server: what was sent, what came, what that means. Knows no sockets, clock
/// or threads. A UDP reply that does not fit the question is not believed and not the end: the
/// right one may be behind it (CVE-2023-28452). Only after kGrace, or at the deadline, does it
/// count, as `mismatched`: a server that mixes questions up must not cost every client the whole
/// timeout. A header with an error and nothing else is the answer that it is.
class Exchange {
 public:
  /// How long the right reply may take behind a wrong one: much longer than servers near by need,
  /// much shorter than a timeout.
  static constexpr Duration kGrace = std::chrono::milliseconds(250);

  Exchange(Request& request, const Plan& plan)
      : request_(&request), plan_(plan), wire_(plan.wire) {}

  /// A sending begins under this id.
  void start(std::uint16_t id);

  /// A message came from the server.
  Step received(std::span<const std::uint8_t> message);

  /// Sending or receiving did not work, or the time is over (Fault::kTimeout).
  Step failed(const Fault& fault);

  const Request& request() const { return *request_; }
  const Plan& plan() const { return plan_; }
  Wire wire() const { return wire_; }
  std::uint16_t id() const { return id_; }

  ExchangeStatus status() const { return status_; }
  const dns::MessageView& answer() const { return answer_; }
  const dns::Header& header() const { return header_; }
  const Fault& fault() const { return fault_; }

 private:
  Step end(ExchangeStatus status);
  Step bare(std::span<const std::uint8_t> message);
  Step mismatch();
  Step cut(dns::Error error);
  Step accept(const dns::MessageView& message);
  bool asks_what_we_asked(std::span<const std::uint8_t> message) const;

  Request* request_;
  Plan plan_;
  Wire wire_;
  ExchangeStatus status_ = ExchangeStatus::pending;
  bool saw_mismatch_ = false;
  std::uint16_t id_ = 0;
  dns::Header header_;
  dns::MessageView answer_;
  Fault fault_;
};

}  // namespace catena::client
