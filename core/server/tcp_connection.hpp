// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"
#include "core/net/timer.hpp"
#include "core/server/dispatcher.hpp"
#include "core/server/ticket.hpp"
#include "core/server/tls_side.hpp"
#include "core/server/turns.hpp"

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
/// many queries or answers are under way, and where a client has sent much its connection takes
/// turns with others. Whatever happens to it (bytes, room, an answer) leads to proceed(), which
/// nothing below it can begin again. Held by the connections of its worker until close(), and by
/// queries that wait. One thread.
class TcpConnection final : public std::enable_shared_from_this<TcpConnection>,
                            public Held,
                            public TakesTurns,
                            private net::Events {
 public:
  /// What a connection takes although nothing is under way: its own memory and the kernel's, with
  /// a full receive buffer.
  static constexpr std::size_t kCost = 16 * 1024;

  static constexpr std::size_t kMaxInFlight = 128;
  /// Bytes of answers beyond which nothing more is read.
  static constexpr std::size_t kHighWater = 64 * 1024;
  /// How long a client may take for its last question to a server that leaves.
  static constexpr std::chrono::seconds kLastWord{1};

  TcpConnection(TcpConnections& connections,
                std::unique_ptr<net::ByteStream> stream,
                const Listener& listener,
                const Transport& transport);

  /// False where there is no room for it.
  [[nodiscard]] bool start();

  const Listener& listener() const { return *listener_; }

  /// Whether it came in as clients of this listener have to: plain, or with what TLS wants of them.
  bool suits(const Listener& listener) const {
    return tls_ ? listener.tls && tls_->is_let_in_by(*listener.tls) : !listener.tls;
  }

  /// From now on messages are for this listener; those under way keep theirs.
  void serve(const Listener& listener);

  /// Ends after the next answers: what is asked on a connection that is closed at the same time is
  /// lost. Where nothing is asked any more, ends after kLastWord.
  void drain();
  /// Reads nothing more, ends with the last answer that is under way.
  void finish();
  void close();
  /// As close(), but what the client has not taken is dropped, and it sees that.
  void reset();

  /// Nothing waits here for us, only for the client.
  bool idle() const { return in_flight_ == 0 && unsent() == 0; }

  void answered(TcpTicket& ticket, Outcome outcome);
  asio::awaitable<bool> send_part(Ticket& ticket);

 private:
  friend class TcpConnections;
  using Bytes = std::span<const std::uint8_t>;

  class RoomWait;

  Lane lane() const;
  std::size_t cost() const;
  void give_way() override;
  void account();
  void weigh_unsent(std::size_t sent);
  State state_now() const;
  void readable() override;
  void go_on() override;
  void writable() override;
  void look();
  void read();
  void speak_tls(const Listener& listener);
  void settle_scheme();
  void proceed(Bytes fresh);
  void take(Bytes fresh);
  std::size_t consume(Bytes bytes);
  bool has_message() const;
  bool has_more() const { return !closed_ && !paused() && has_message(); }
  void handle(Bytes message);
  void run(std::unique_ptr<TcpTicket> ticket);
  void append(Bytes message);
  void flush();
  void all_sent();
  void forget_sent();
  void tell_room_waits();
  void spend(unsigned work);
  void hear_last_word();
  void end_if_done();
  void watch();
  void on_timer();
  TimePoint deadline() const;
  TimePoint now() const;

  std::size_t unsent() const { return out_.size() - sent_; }
  bool draining() const { return queries_before_drain_ >= 0; }
  bool asked_last() const { return draining() && queries_ > queries_before_drain_; }
  bool looks_again() const;
  bool paused() const { return finishing_ || in_flight_ >= kMaxInFlight || unsent() > kHighWater; }

  TcpConnections& connections_;
  std::unique_ptr<net::ByteStream> stream_;
  std::unique_ptr<TlsSide> tls_;  // Of the stream; null where that is plain.
  const Listener* listener_;
  Transport transport_;
  net::Reminder timer_;
  std::vector<net::Timer*> room_waits_;  // Of answers in several messages.
  std::list<std::shared_ptr<TcpConnection>>::iterator place_;
  std::vector<std::uint8_t> in_;  // The beginning of messages that are not whole, or not yet taken.
  std::vector<std::uint8_t> out_;  // Answers with their lengths.
  std::size_t sent_ = 0;           // Of out_.
  std::size_t unweighed_ = 0;      // Bytes sent since the stream was asked what it holds.
  std::size_t in_kernel_ = 0;      // What it said: the client has not taken these.
  std::size_t in_flight_ = 0;
  unsigned portion_ = 0;  // Work that may still be done for it before others.
  bool silent_ = false;   // The last read found nothing.
  long queries_ = 0;
  long queries_before_drain_ = -1;
  TimePoint last_activity_;  // The last whole message or answer.
  TimePoint last_progress_;  // The last byte that the client took.
  TimePoint last_word_ = TimePoint::max();
  bool writing_ = false;     // Waits until the client takes more.
  bool proceeding_ = false;  // The loop runs: nothing below it may begin another one.
  bool finishing_ = false;   // Nothing more is read.
  bool closed_ = false;
};

}  // namespace catena::server
