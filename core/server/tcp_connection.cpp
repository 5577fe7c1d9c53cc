// SPDX-License-Identifier: Apache-2.0
#include "core/server/tcp_connection.hpp"

#include "core/server/gate.hpp"
#include "core/server/tcp.hpp"

#include <algorithm>

namespace catena::server {
namespace {

// What a connection keeps of its buffers when it falls idle.
constexpr std::size_t kKeep = 4096;

void forget(std::vector<std::uint8_t>& bytes) {
  bytes.clear();
  if (bytes.capacity() > kKeep) std::vector<std::uint8_t>().swap(bytes);
}

// Bytes that may be on their way to a client before the stream is asked whether it takes them.
constexpr std::size_t kWeighAfter = 4096;

Limit limit_of(Held::State state) {
  if (state == Held::State::unfinished) return Limit::unfinished_message;
  return state == Held::State::unread ? Limit::unread_answers : Limit::idle_connection;
}

}  // namespace

/// A coroutine's wait for room, known to the connection and holding it.
class TcpConnection::RoomWait {
 public:
  explicit RoomWait(TcpConnection& connection)
      : connection_(connection.shared_from_this()),
        timer_(connection.connections_.dispatcher().deadlines()) {
    connection_->room_waits_.push_back(&timer_);
  }
  ~RoomWait() { std::erase(connection_->room_waits_, &timer_); }
  RoomWait(const RoomWait&) = delete;
  RoomWait& operator=(const RoomWait&) = delete;

  net::Timer& timer() { return timer_; }

 private:
  std::shared_ptr<TcpConnection> connection_;
  net::Timer timer_;
};

void TcpTicket::finished(Outcome outcome) {
  const std::shared_ptr<TcpConnection> kept = std::move(connection);
  kept->answered(*this, outcome);
}

asio::awaitable<bool> TcpTicket::send_part() { return connection->send_part(*this); }

TcpConnection::TcpConnection(TcpConnections& connections,
                             std::unique_ptr<net::ByteStream> stream,
                             const Listener& listener,
                             const Transport& transport)
    : connections_(connections),
      stream_(std::move(stream)),
      listener_(&listener),
      transport_(transport),
      timer_([this] { on_timer(); }),
      last_activity_(now()),
      last_progress_(last_activity_) {
  serve(listener);
  stream_->attach(*this);
  if (listener.tls) speak_tls(listener);
}

TimePoint TcpConnection::now() const { return connections_.dispatcher().clock().now(); }

Lane TcpConnection::lane() const { return connections_.dispatcher().lane(); }

std::size_t TcpConnection::cost() const {
  return kCost + in_.capacity() + out_.capacity() + in_kernel_ + (tls_ ? tls_->held() : 0);
}

void TcpConnection::serve(const Listener& listener) {
  listener_ = &listener;
  transport_.server = listener.number;
  transport_.server_label = listener.label;
}

bool TcpConnection::start() {
  Clients& clients = connections_.dispatcher().clients();
  if (!clients.enter(*this, transport_.client.address(), cost())) return false;
  clients.set_state(*this, State::idle);
  watch();
  stream_->wait_readable();
  return true;
}

// After everything that may have changed what it holds.
void TcpConnection::account() {
  if (closed_) return;
  if (in_kernel_ > 0) weigh_unsent(0);
  Clients& clients = connections_.dispatcher().clients();
  if (!clients.resize(*this, cost())) return give_way();
  clients.set_state(*this, state_now());
}

Held::State TcpConnection::state_now() const {
  if (unsent() > 0 || in_kernel_ > 0) return State::unread;
  if (!in_.empty() && !paused()) return State::unfinished;
  if (Turns::waits(*this)) return State::quiet;
  return idle() ? State::idle : State::quiet;
}

// Whatever an honest client is sent is small and taken at once, so that the stream is only asked
// now and then.
void TcpConnection::weigh_unsent(std::size_t sent) {
  unweighed_ += sent;
  if (unweighed_ < kWeighAfter && in_kernel_ == 0) return;
  in_kernel_ = stream_->unsent();
  unweighed_ = 0;
}

void TcpConnection::give_way() {
  connections_.dispatcher().meters().refused(limit_of(state_now())).add(lane());
  reset();
}

void TcpConnection::reset() {
  if (!closed_ && tls_) tls_->end(lane());
  if (!closed_) stream_->reset();
  close();
}

void TcpConnection::readable() {
  const auto self = shared_from_this();
  if (paused() || Turns::waits(*this) || !connections_.turns().begin(*this)) return;
  read();
}

void TcpConnection::go_on() {
  const auto self = shared_from_this();
  look();
}

// What was read before comes before what may be there.
void TcpConnection::look() { paused() || has_message() ? proceed({}) : read(); }

// The client has taken something, though a record of TLS may not be through for long.
void TcpConnection::writable() {
  const auto self = shared_from_this();
  writing_ = false;
  last_progress_ = now();
  proceed({});
}

void TcpConnection::speak_tls(const Listener& listener) {
  auto stream = std::make_unique<net::TlsStream>(
      std::move(stream_), listener.tls->context->accept(), connections_.dispatcher().executor());
  tls_ = std::make_unique<TlsSide>(*stream, listener.tls);
  stream_ = std::move(stream);
  stream_->attach(*this);
  transport_.protocol = Protocol::tls;
  transport_.facts = tls_.get();
  serve(listener);
}

// A client hello (RFC 8446 section 5.1) begins as a message of 5,632 bytes at least would, which
// nobody begins with.
void TcpConnection::settle_scheme() {
  constexpr std::uint8_t kHandshake = 22;
  const Listener* encrypted = listener_->encrypted;
  const bool settled = encrypted == nullptr || tls_ || queries_ > 0 || !in_.empty();
  if (!settled && stream_->peek() == kHandshake) speak_tls(*encrypted);
}

void TcpConnection::read() {
  settle_scheme();
  const bool handshaking = tls_ && tls_->handshaking();
  const std::span<std::uint8_t> buffer = connections_.read_buffer();
  const net::Moved read = stream_->read_some(buffer);
  if (tls_) tls_->look(lane());
  if (handshaking) connections_.turns().spend(Turns::kHandshake);
  if (read.how == net::Moved::How::failed) return close();
  if (read.how == net::Moved::How::end) finishing_ = true;
  silent_ = read.how == net::Moved::How::later;
  proceed(buffer.first(read.size));
}

// All that can be done in this turn. A query may be done before the call that starts it is back,
// and an answer may break the stream: what happens below is left to this call.
void TcpConnection::proceed(Bytes fresh) {
  if (proceeding_ || closed_) return;
  proceeding_ = true;
  const bool in_turn = !Turns::waits(*this) && !connections_.turns().spent();
  portion_ = in_turn ? Turns::kPortion : 0;
  connections_.dispatcher().clients().set_state(*this, State::quiet);
  take(fresh);
  hear_last_word();
  if (!looks_again()) flush();
  proceeding_ = false;
  end_if_done();
  const bool more = has_more() || looks_again();
  if (more && !Turns::waits(*this)) connections_.turns().again(*this);
  account();
  if (closed_) return;
  if (deadline() < timer_.time()) watch();
  if (!Turns::waits(*this) && !paused()) stream_->wait_readable();
}

// Messages are taken where they lie; only what is left over is kept.
void TcpConnection::take(Bytes fresh) {
  if (in_.empty()) {
    const std::size_t used = consume(fresh);
    in_.assign(fresh.begin() + static_cast<std::ptrdiff_t>(used), fresh.end());
    return;
  }
  in_.insert(in_.end(), fresh.begin(), fresh.end());
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(consume(in_)));
  if (in_.empty()) forget(in_);
}

bool TcpConnection::has_message() const {
  return in_.size() >= 2 && in_.size() - 2 >= in_[0] * 256u + in_[1];
}

std::size_t TcpConnection::consume(Bytes bytes) {
  std::size_t used = 0;
  while (portion_ > 0 && !closed_ && !paused() && bytes.size() - used >= 2) {
    const std::size_t size = bytes[used] * 256u + bytes[used + 1];
    if (bytes.size() - used - 2 < size) break;
    handle(bytes.subspan(used + 2, size));
    used += 2 + size;
  }
  return used;
}

void TcpConnection::handle(Bytes message) {
  last_activity_ = now();
  ++queries_;
  spend(1);
  std::unique_ptr<TcpTicket> ticket = connections_.take_ticket();
  ticket->message.assign(message.begin(), message.end());
  ticket->set_listener(listener_);
  const GateRules rules{listener_->opcodes, listener_->classes};
  const Admission admission = admit(ticket->message, rules, connections_.write_buffer());
  if (admission.refusal == Refusal::none) {
    ticket->begin(admission.message, transport_, connections_.dispatcher().clock().now());
    run(std::move(ticket));
  } else {
    connections_.dispatcher().count(admission.refusal, *listener_, transport_);
    append(admission.reply);
    connections_.give_back(std::move(ticket));
  }
  const long most = listener_->timeouts.max_queries;
  if (most >= 0 && queries_ >= most) finishing_ = true;
}

void TcpConnection::run(std::unique_ptr<TcpTicket> ticket) {
  Reply reply = connections_.dispatcher().run(*ticket);
  if (reply.ready()) {
    if (reply.outcome() == Outcome::respond) {
      append(connections_.dispatcher().write(*ticket, connections_.write_buffer()));
    }
    return connections_.give_back(std::move(ticket));
  }
  if (!connections_.dispatcher().make_room_for(*ticket,
                                               sizeof *ticket + ticket->message.capacity())) {
    append(connections_.dispatcher().write(*ticket, connections_.write_buffer()));
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
    append(connections_.dispatcher().write(ticket, connections_.write_buffer()));
  }
  connections_.unpark(ticket);
  proceed({});
}

void TcpConnection::append(Bytes message) {
  if (message.empty()) return;
  if (unsent() == 0) last_progress_ = now();
  out_.push_back(static_cast<std::uint8_t>(message.size() >> 8));
  out_.push_back(static_cast<std::uint8_t>(message.size()));
  out_.insert(out_.end(), message.begin(), message.end());
  spend(static_cast<unsigned>(message.size() / Turns::kBytes));
}

void TcpConnection::spend(unsigned work) {
  portion_ -= std::min(portion_, work);
  connections_.turns().spend(work);
}

void TcpConnection::flush() {
  if (unsent() > 0 && finishing_ && in_flight_ == 0) stream_->join_end();
  while (!closed_ && !writing_ && unsent() > 0) {
    const net::Moved written = stream_->write_some(Bytes(out_).subspan(sent_));
    if (written.how == net::Moved::How::later) {
      writing_ = true;
      watch();
      return stream_->wait_writable();
    }
    if (written.how != net::Moved::How::some) return close();
    sent_ += written.size;
    weigh_unsent(written.size);
    last_progress_ = last_activity_ = now();
    if (sent_ >= kHighWater && unsent() > 0) forget_sent();
  }
  if (unsent() == 0) all_sent();
}

// A client that takes its answers, but never all that there are, must not have them all kept.
void TcpConnection::forget_sent() {
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
  sent_ = 0;
}

void TcpConnection::all_sent() {
  if (sent_ == 0) return;
  sent_ = 0;
  forget(out_);
  tell_room_waits();
}

void TcpConnection::tell_room_waits() {
  for (net::Timer* wait : room_waits_) wait->give_up();
}

// What a client has sent is answered, however much it is. Once nothing more is there, its last
// question has been heard, or it had the time for one.
void TcpConnection::hear_last_word() {
  if (!draining() || !silent_ || !in_.empty()) return;
  if (asked_last() || now() >= last_word_) finishing_ = true;
}

// Whether that is so is known in its next turn; the answers wait for that, so that the end goes
// with them.
bool TcpConnection::looks_again() const {
  return asked_last() && !closed_ && !paused() && in_.empty() && !silent_;
}

void TcpConnection::end_if_done() {
  if (finishing_ && idle()) close();
}

void TcpConnection::drain() {
  if (closed_) return;
  queries_before_drain_ = queries_;
  last_word_ = now() + kLastWord;
  look();
}

void TcpConnection::finish() {
  finishing_ = true;
  proceed({});
}

void TcpConnection::close() {
  if (closed_) return;
  closed_ = true;
  connections_.dispatcher().clients().leave(*this);
  timer_.cancel();
  InTurn::unlink();
  tell_room_waits();
  if (tls_) tls_->end(lane());
  stream_->close();
  connections_.remove(*this);
}

TimePoint TcpConnection::deadline() const {
  const Timeouts& timeouts = listener_->timeouts;
  if (unsent() > 0) return last_progress_ + timeouts.write;
  if (in_flight_ > 0 || Turns::waits(*this)) return now() + timeouts.idle;
  const TimePoint idle = last_activity_ + (queries_ == 0 ? timeouts.read : timeouts.idle);
  return std::min(idle, last_word_);
}

// The timer is not moved at every message: when it fires it looks how late it really is.
void TcpConnection::watch() { connections_.dispatcher().deadlines().add(timer_, deadline()); }

void TcpConnection::on_timer() {
  if (now() < deadline()) return watch();
  const auto self = shared_from_this();
  // A busy thread hears late of what came in time.
  look();
  if (closed_) return;
  if (now() < deadline()) return watch();
  const bool stuck = unsent() > 0 || !in_.empty() || queries_ == 0;
  if (stuck) connections_.dispatcher().meters().tcp_timeouts.add(lane());
  close();
}

asio::awaitable<bool> TcpConnection::send_part(Ticket& ticket) {
  if (closed_) co_return false;
  append(connections_.dispatcher().write(ticket, connections_.write_buffer()));
  ticket.response().clear();
  flush();
  // Behind an error in the middle of a transfer nothing more of it makes sense (RFC 5936
  // section 2.2).
  if (ticket.failed()) close();
  account();
  RoomWait room(*this);
  // However much the kernel takes at once: others come in between.
  co_await room.timer().until(now());
  while (!closed_ && unsent() > kHighWater) co_await room.timer().until(TimePoint::max());
  co_return !closed_;
}

}  // namespace catena::server
