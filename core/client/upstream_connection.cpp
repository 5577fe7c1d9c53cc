// SPDX-License-Identifier: Apache-2.0
#include "core/client/upstream_connection.hpp"

#include "core/client/channel.hpp"
#include "core/client/request.hpp"
#include "core/client/tcp_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace catena::client {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr unsigned kReadRounds = 4;

std::size_t length_at(const std::vector<std::uint8_t>& bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

}  // namespace

UpstreamConnection::UpstreamConnection(Channel& channel, TcpPool& pool)
    : channel_(&channel),
      pool_(&pool),
      created_(channel.loop().now()),
      idle_since_(created_),
      remote_(channel.upstream().endpoint) {}

void UpstreamConnection::open() {
  const Upstream& upstream = channel_->upstream();
  const auto remote = upstream.reachable_at();
  if (!remote) return give_up(Fault::During::dial, ENODEV);
  remote_ = *remote;
  local_.address(upstream.source());
  auto dialled = channel_->loop().network().dial_stream(remote_, local_);
  if (!dialled.socket) {
    const bool binding = dialled.failed == net::Dialled<net::ByteStream>::Failed::at_binding;
    return give_up(binding ? Fault::During::bind : Fault::During::dial, dialled.error);
  }
  stream_ = secured(std::move(dialled.socket));
  stream_->attach(*this);
  stream_->wait_writable();
  wait_for_dial();
  own_ = dialled.local;
}

std::unique_ptr<net::ByteStream> UpstreamConnection::secured(
    std::unique_ptr<net::ByteStream> plain) {
  const Upstream& upstream = channel_->upstream();
  if (!upstream.options.tls) return plain;
  net::TlsHandle handle = upstream.options.tls->connect(upstream.tls_name(), upstream.name);
  auto stream = std::make_unique<net::TlsStream>(std::move(plain), std::move(handle),
                                                 channel_->loop().executor());
  tls_ = stream.get();
  return stream;
}

void UpstreamConnection::give_up(Fault::During during, int error) {
  retired_ = true;
  finish_calls(fault(during, error), false);
}

void UpstreamConnection::wait_for_dial() {
  const Upstream& upstream = channel_->upstream();
  const Duration most =
      std::min(upstream.options.dial_limit, Duration(upstream.dial.nanoseconds()));
  const UpstreamLoop& loop = channel_->loop();
  loop.deadlines().add(*this, loop.now() + most);
}

void UpstreamConnection::due() { broken(Fault::During::dial, Fault::kTimeout); }

// The first bytes have left.
void UpstreamConnection::connected() {
  cancel();
  state_ = State::open;
  local_ = own_;
  channel_->upstream().dial.observe((channel_->loop().now() - created_).count());
  incoming_.resize(kFirstBuffer);
  calls_.for_each([this](Call& call) { set_deadline(call); });
  stream_->wait_readable();
}

void UpstreamConnection::send(Call& call) {
  const UpstreamLoop& loop = channel_->loop();
  if (calls_.empty()) answered_since_idle_ = false;
  call.carrier_ = this;
  call.exchange.start(calls_.insert(call, loop.random()));
  // The bytes are copied: a call may end while they are on their way.
  const auto framed = call.exchange.request().framed();
  queued_.insert(queued_.end(), framed.begin(), framed.end());
  // Until the connection is up its dial timer counts, after it the deadline is set again.
  set_deadline(call);
  if (stream_) stream_->wait_writable();
}

void UpstreamConnection::set_deadline(Call& call) {
  const UpstreamLoop& loop = channel_->loop();
  const Plan& plan = call.exchange.plan();
  if (state_ == State::connecting && plan.dial_limit) {
    return loop.deadlines().add(call, loop.now() + *plan.dial_limit);
  }
  const bool waits = state_ == State::connecting;
  const Duration dial = waits ? channel_->upstream().options.dial_limit : Duration::zero();
  loop.deadlines().add(call, loop.now() + dial + plan.timeout);
}

// Whatever was asked in one turn leaves in one write.
void UpstreamConnection::writable() {
  const auto self = shared_from_this();
  while (state_ != State::closed && unsent() != 0) {
    const net::Moved moved = stream_->write_some(std::span(queued_).subspan(written_));
    if (moved.how == net::Moved::How::later) return stream_->wait_writable();
    const bool dialling = state_ == State::connecting;
    if (moved.how != net::Moved::How::some) {
      return broken(dialling ? Fault::During::dial : Fault::During::write, moved.error);
    }
    if (dialling) connected();
    written_ += moved.size;
  }
  queued_.clear();
  written_ = 0;
}

void UpstreamConnection::readable() {
  const auto self = shared_from_this();
  for (unsigned round = 0; round < kReadRounds && state_ == State::open; ++round) {
    const net::Moved moved = stream_->read_some(std::span(incoming_).subspan(incoming_size_));
    if (moved.how == net::Moved::How::later) break;
    read(moved);
  }
  if (state_ == State::open) stream_->wait_readable();
}

void UpstreamConnection::read(net::Moved moved) {
  if (moved.how == net::Moved::How::some) return received(moved.size);
  const bool end = moved.how == net::Moved::How::end;
  broken(Fault::During::read, end ? Fault::kClosed : moved.error);
}

void UpstreamConnection::received(std::size_t size) {
  incoming_size_ += size;
  while (state_ == State::open && deliver_next()) {
  }
  if (state_ != State::open) return;
  make_room();
}

// For all of the message that has begun, and no more than that: what one long reply needed is given
// back.
void UpstreamConnection::make_room() {
  const bool begun = incoming_size_ >= kLengthSize;
  const std::size_t message = begun ? kLengthSize + length_at(incoming_) : 0;
  const std::size_t needed = std::max({kFirstBuffer, message, incoming_size_ + 1});
  if (incoming_.size() == needed) return;
  incoming_.resize(needed);
  incoming_.shrink_to_fit();
}

bool UpstreamConnection::deliver_next() {
  if (incoming_size_ < kLengthSize) return false;
  const std::size_t whole = kLengthSize + length_at(incoming_);
  if (incoming_size_ < whole) return false;
  deliver({incoming_.data() + kLengthSize, whole - kLengthSize});
  if (state_ != State::open) return false;
  std::memmove(incoming_.data(), incoming_.data() + whole, incoming_size_ - whole);
  incoming_size_ -= whole;
  if (calls_.empty()) settled();
  return true;
}

void UpstreamConnection::deliver(std::span<const std::uint8_t> message) {
  if (message.size() < kLengthSize) return;
  const auto id = static_cast<std::uint16_t>(message[0] << 8 | message[1]);
  Call* call = calls_.find(id);
  if (call == nullptr) return;
  const Step step = call->exchange.received(message);
  if (step == Step::wait) return;
  answered_ = answered_since_idle_ = true;
  calls_.remove(id);
  if (calls_.empty()) idle_since_ = channel_->loop().now();
  channel_->settle(*call, step);
}

void UpstreamConnection::settled() {
  idle_since_ = channel_->loop().now();
  pool_->idle(*this);
}

void UpstreamConnection::broken(Fault::During during, int error) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const bool owed = during == Fault::During::read && !calls_.empty() && answered_since_idle_;
  if (owed) pool_->no_pipelining();
  pool_->closed(*this);
  const Fault why = fault(during, error);
  state_ = State::closed;
  if (stream_) stream_->close();
  cancel();
  finish_calls(why, answered_);
}

void UpstreamConnection::close() {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const Fault why = fault(Fault::During::read, ECANCELED);
  state_ = State::closed;
  if (stream_) stream_->close();
  cancel();
  finish_calls(why, false);
}

void UpstreamConnection::finish_calls(const Fault& why, bool again) {
  calls_.drain([&](Call& call) {
    if (again) {
      channel_->restart(call, why);
    } else {
      channel_->fail_soon(call, why);
    }
  });
}

// What does not answer in time is not used for others either.
void UpstreamConnection::expired(Call& call) {
  const auto self = shared_from_this();
  const auto during = state_ == State::connecting ? Fault::During::dial : Fault::During::read;
  const Fault late = fault(during, Fault::kTimeout);
  forget(call);
  retired_ = true;
  channel_->fail_soon(call, late);
  if (calls_.empty() && state_ != State::closed) settled();
}

void UpstreamConnection::forget(Call& call) { calls_.remove(call.exchange.id()); }

Fault UpstreamConnection::fault(Fault::During during, int error) const {
  Fault fault{
      .during = during, .wire = Wire::tcp, .error = error, .local = local_, .remote = remote_};
  if (tls_ == nullptr) return fault;
  const net::TlsFailure& failure = tls_->failure();
  const bool of_tls =
      failure.fault != net::TlsFault::none && failure.fault != net::TlsFault::broken;
  if (of_tls) fault.tls = std::make_shared<const std::string>(failure.text);
  return fault;
}

}  // namespace catena::client
