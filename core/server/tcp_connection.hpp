// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/dispatcher.hpp"
#include "core/server/sockets.hpp"
#include "core/server/ticket.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

namespace catena::server {

class TcpConnection;
class TcpConnections;

/// A message of a connection with its query.
class TcpTicket final : public Ticket {
 public:
  using Ticket::Ticket;
  void finished(Outcome outcome) override;
  asio::awaitable<bool> send_part() override;

  std::size_t place = 0;  ///< Among the parked ones.
  std::vector<std::uint8_t> message;
  std::shared_ptr<TcpConnection> connection;
};

/// One client's stream of messages with two bytes of length each (RFC 7766). Queries are answered
/// as they are done, out of order; answers of one read leave in one write. Reading stops while too
/// many queries or answers are under way. Kept alive by its pending operations. One thread.
class TcpConnection final : public std::enable_shared_from_this<TcpConnection> {
 public:
  static constexpr std::size_t kMaxInFlight = 128;
  /// Bytes of answers beyond which nothing more is read.
  static constexpr std::size_t kHighWater = 64 * 1024;
  /// How long a client may take for its last question to a server that leaves.
  static constexpr std::chrono::seconds kLastWord{1};

  TcpConnection(TcpConnections& connections,
                asio::posix::stream_descriptor socket,
                const Listener& listener,
                const Transport& transport);

  void start();

  const Listener& listener() const { return *listener_; }

  /// From now on messages are for this listener; those under way keep theirs.
  void serve(const Listener& listener);

  /// Ends after the next answers: what is asked on a connection that is closed at the same time is
  /// lost. Where nothing is asked any more, ends after kLastWord.
  void drain();
  void close();

  /// Nothing waits here for us, only for the client.
  bool idle() const { return in_flight_ == 0 && unsent() == 0; }

  void answered(TcpTicket& ticket, Outcome outcome);
  asio::awaitable<bool> send_part(Ticket& ticket);

 private:
  friend class TcpConnections;
  using Bytes = std::span<const std::uint8_t>;

  void wait_readable();
  void on_readable();
  void take(Bytes bytes);
  void take_all(Bytes bytes);
  std::size_t consume(Bytes bytes);
  void handle(Bytes message);
  void run(std::unique_ptr<TcpTicket> ticket);
  void append(Bytes message);
  void flush();
  void wait_writable();
  void all_sent();
  void resume();
  void end_if_done();
  void watch();
  void watch_sooner();
  void on_timer();
  TimePoint deadline() const;

  std::size_t unsent() const { return out_.size() - sent_; }
  bool may_ask() const { return queries_ == queries_before_drain_ || !in_.empty(); }
  bool paused() const { return finishing_ || in_flight_ >= kMaxInFlight || unsent() > kHighWater; }

  TcpConnections& connections_;
  asio::posix::stream_descriptor socket_;
  const Listener* listener_;
  Transport transport_;
  asio::steady_timer timer_;
  asio::steady_timer drained_;  // Never fires: cancelled when there is room again.
  std::list<std::shared_ptr<TcpConnection>>::iterator place_;
  std::vector<std::uint8_t> in_;  // The beginning of messages that are not whole, or not yet taken.
  std::vector<std::uint8_t> out_;  // Answers with their lengths.
  std::size_t sent_ = 0;           // Of out_.
  std::size_t in_flight_ = 0;
  long queries_ = 0;
  long queries_before_drain_ = -1;
  TimePoint last_activity_;  // The last whole message or answer.
  TimePoint last_progress_;  // The last byte that the client took.
  TimePoint last_word_ = TimePoint::max();
  bool reading_ = false;
  bool writing_ = false;
  bool taking_ = false;  // The loop over messages runs: nothing below it may begin another one.
  bool finishing_ = false;  // Nothing more is read.
  bool closed_ = false;
};

}  // namespace catena::server
