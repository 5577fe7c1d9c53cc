// SPDX-License-Identifier: Apache-2.0
#include "core/server/tcp_connection.hpp"

#include "core/server/gate.hpp"
#include "core/server/responder.hpp"
#include "core/server/tcp.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace catena::server {
namespace {

// What a connection keeps of its buffers when it falls idle.
constexpr std::size_t kKeep = 4096;

void forget(std::vector<std::uint8_t>& bytes) {
  bytes.clear();
  if (bytes.capacity() > kKeep) std::vector<std::uint8_t>().swap(bytes);
}

TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

void TcpTicket::finished(Outcome outcome) {
  const std::shared_ptr<TcpConnection> kept = std::move(connection);
  kept->answered(*this, outcome);
}

asio::awaitable<bool> TcpTicket::send_part() { return connection->send_part(*this); }

TcpConnection::TcpConnection(TcpConnections& connections,
                             asio::posix::stream_descriptor socket,
                             const Listener& listener,
                             const Transport& transport)
    : connections_(connections),
      socket_(std::move(socket)),
      listener_(&listener),
      transport_(transport),
      timer_(socket_.get_executor()),
      drained_(socket_.get_executor(), TimePoint::max()),
      last_activity_(now()),
      last_progress_(last_activity_) {
  serve(listener);
}

void TcpConnection::serve(const Listener& listener) {
  listener_ = &listener;
  transport_.server = listener.number;
  transport_.server_label = listener.label;
}

void TcpConnection::start() {
  watch();
  wait_readable();
}

void TcpConnection::wait_readable() {
  if (reading_ || closed_ || paused()) return;
  reading_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->reading_ = false;
                       if (!error && !self->closed_) self->on_readable();
                     });
}

void TcpConnection::on_readable() {
  const std::span<std::uint8_t> buffer = connections_.read_buffer();
  const ssize_t size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && errno != EAGAIN && errno != EINTR) return close();
  if (size == 0) finishing_ = true;
  if (size > 0) take(buffer.first(static_cast<std::size_t>(size)));
  flush();
  end_if_done();
  watch_sooner();
  wait_readable();
}

// A query may be done before the call that starts it is back, and answered() comes here while its
// message still counts as unread: the loop that runs goes on with what is left.
void TcpConnection::take(Bytes bytes) {
  if (taking_) return;
  taking_ = true;
  take_all(bytes);
  taking_ = false;
}

// Messages are taken where they lie; only what is left over is kept.
void TcpConnection::take_all(Bytes bytes) {
  if (in_.empty()) {
    const std::size_t used = consume(bytes);
    in_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    return;
  }
  in_.insert(in_.end(), bytes.begin(), bytes.end());
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(consume(in_)));
  if (in_.empty()) forget(in_);
}

std::size_t TcpConnection::consume(Bytes bytes) {
  std::size_t used = 0;
  while (!closed_ && !paused() && bytes.size() - used >= 2) {
    const std::size_t size = bytes[used] * 256u + bytes[used + 1];
    if (bytes.size() - used - 2 < size) break;
    handle(bytes.subspan(used + 2, size));
    used += 2 + size;
  }
  return used;
}

void TcpConnection::handle(Bytes message) {
  last_activity_ = now();
  connections_.touch(*this);
  ++queries_;
  std::unique_ptr<TcpTicket> ticket = connections_.take_ticket();
  ticket->message.assign(message.begin(), message.end());
  ticket->set_listener(listener_);
  const GateRules rules{listener_->opcodes, listener_->classes};
  const Verdict verdict = judge(ticket->message, rules, connections_.write_buffer());
  if (verdict.refusal == Refusal::none) {
    ticket->begin(verdict.message, transport_, connections_.dispatcher().clock().now());
    run(std::move(ticket));
  } else {
    connections_.dispatcher().count(verdict.refusal, *listener_, transport_);
    append(verdict.reply);
    connections_.give_back(std::move(ticket));
  }
  const long most = listener_->settings.max_tcp_queries;
  if (most >= 0 && queries_ >= most) finishing_ = true;
}

void TcpConnection::run(std::unique_ptr<TcpTicket> ticket) {
  Reply reply = connections_.dispatcher().run(*ticket);
  if (reply.ready()) {
    if (reply.outcome() == Outcome::respond) {
      append(write_response(*ticket, connections_.write_buffer()));
    }
    return connections_.give_back(std::move(ticket));
  }
  ++in_flight_;
  ticket->connection = shared_from_this();
  TcpTicket& waiting = *ticket;
  connections_.park(std::move(ticket));
  connections_.dispatcher().wait(waiting, std::move(reply));
}

void TcpConnection::answered(TcpTicket& ticket, Outcome outcome) {
  --in_flight_;
  last_activity_ = now();
  if (!closed_ && outcome == Outcome::respond) {
    append(write_response(ticket, connections_.write_buffer()));
  }
  connections_.unpark(ticket);
  if (closed_ || taking_) return;
  flush();
  resume();
}

void TcpConnection::append(Bytes message) {
  if (message.empty()) return;
  if (unsent() == 0) last_progress_ = now();
  out_.push_back(static_cast<std::uint8_t>(message.size() >> 8));
  out_.push_back(static_cast<std::uint8_t>(message.size()));
  out_.insert(out_.end(), message.begin(), message.end());
}

void TcpConnection::flush() {
  while (!closed_ && !writing_ && unsent() > 0) {
    const ssize_t size =
        ::send(socket_.native_handle(), out_.data() + sent_, unsent(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return wait_writable();
    if (size < 0) return close();
    sent_ += static_cast<std::size_t>(size);
    last_progress_ = last_activity_ = now();
  }
  if (unsent() == 0) all_sent();
}

void TcpConnection::all_sent() {
  if (sent_ == 0) return;
  sent_ = 0;
  forget(out_);
  drained_.cancel();
}

void TcpConnection::wait_writable() {
  writing_ = true;
  watch();
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->writing_ = false;
                       if (error || self->closed_) return;
                       self->flush();
                       self->resume();
                     });
}

// Messages that were left while too much was under way.
void TcpConnection::resume() {
  if (closed_) return;
  if (!in_.empty() && !paused()) take({});
  flush();
  end_if_done();
  watch_sooner();
  wait_readable();
}

void TcpConnection::end_if_done() {
  if (queries_before_drain_ >= 0 && !may_ask()) finishing_ = true;
  if (finishing_ && idle()) close();
}

void TcpConnection::drain() {
  if (closed_) return;
  queries_before_drain_ = queries_;
  last_word_ = now() + kLastWord;
  if (!paused()) return on_readable();
  end_if_done();
  watch_sooner();
}

void TcpConnection::close() {
  if (closed_) return;
  closed_ = true;
  timer_.cancel();
  drained_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  connections_.remove(*this);
}

TimePoint TcpConnection::deadline() const {
  const ListenerSettings& settings = listener_->settings;
  if (unsent() > 0) return last_progress_ + settings.write_timeout;
  if (in_flight_ > 0) return now() + settings.idle_timeout;
  const TimePoint idle =
      last_activity_ + (queries_ == 0 ? settings.read_timeout : settings.idle_timeout);
  return std::min(idle, last_word_);
}

// The timer is not moved at every message: when it fires it looks how late it really is.
void TcpConnection::watch() {
  timer_.expires_at(deadline());
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->closed_) self->on_timer();
  });
}

void TcpConnection::watch_sooner() {
  if (!closed_ && deadline() < timer_.expiry()) watch();
}

void TcpConnection::on_timer() {
  if (now() < deadline()) return watch();
  const bool stuck = unsent() > 0 || !in_.empty() || queries_ == 0;
  Dispatcher& dispatcher = connections_.dispatcher();
  if (stuck) dispatcher.meters().tcp_timeouts.add(dispatcher.lane());
  close();
}

asio::awaitable<bool> TcpConnection::send_part(Ticket& ticket) {
  if (closed_) co_return false;
  append(write_response(ticket, connections_.write_buffer()));
  ticket.response().clear();
  flush();
  while (!closed_ && unsent() > kHighWater) {
    co_await drained_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return !closed_;
}

}  // namespace catena::server
