// SPDX-License-Identifier: Apache-2.0
#include "core/client/tcp_connection.hpp"

#include "core/client/channel.hpp"
#include "core/client/tcp_pool.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace catena::client {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kLengthSize = 2;

std::size_t length_at(const std::vector<std::uint8_t>& bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

}  // namespace

TcpConnection::TcpConnection(Channel& channel, TcpPool& pool)
    : channel_(&channel),
      pool_(&pool),
      socket_(channel.loop().executor()),
      created_(channel.loop().now()),
      idle_since_(created_),
      remote_(channel.upstream().endpoint) {}

int TcpConnection::prepare() {
  const Upstream& upstream = channel_->upstream();
  boost::system::error_code error;
  socket_.open(remote_.address().is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), error);
  if (error) return error.value();
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!upstream.options.source) return 0;
  local_.address(*upstream.options.source);
  socket_.bind({*upstream.options.source, 0}, error);
  return error.value();
}

void TcpConnection::open() {
  const auto remote = channel_->upstream().reachable_at();
  if (!remote) return give_up(Fault::During::dial, ENODEV);
  remote_ = *remote;
  if (const int error = prepare(); error != 0) return give_up(Fault::During::bind, error);
  wait_for_dial();
  const asio::ip::tcp::endpoint to(remote_.address(), remote_.port());
  socket_.async_connect(to, [self = shared_from_this()](const boost::system::error_code& error) {
    self->connected(error);
  });
}

void TcpConnection::give_up(Fault::During during, int error) {
  retired_ = true;
  finish_calls(fault(during, error), false);
}

void TcpConnection::wait_for_dial() {
  const Upstream& upstream = channel_->upstream();
  const Duration most =
      std::min(upstream.options.dial_limit, Duration(upstream.dial.nanoseconds()));
  const Loop& loop = channel_->loop();
  loop.deadlines().add(*this, loop.now() + most);
}

void TcpConnection::due() { broken(Fault::During::dial, Fault::kTimeout); }

void TcpConnection::connected(const boost::system::error_code& error) {
  if (state_ != State::connecting) return;
  cancel();
  channel_->upstream().dial.observe((channel_->loop().now() - created_).count());
  if (error) return broken(Fault::During::dial, error.value());
  state_ = State::open;
  boost::system::error_code ignored;
  const auto local = socket_.local_endpoint(ignored);
  local_ = Endpoint(local.address(), local.port());
  incoming_.resize(kFirstBuffer);
  calls_.for_each([this](Call& call) { set_deadline(call); });
  read();
  write();
}

void TcpConnection::send(Call& call) {
  const Loop& loop = channel_->loop();
  if (calls_.empty()) answered_since_idle_ = false;
  call.carrier_ = this;
  call.exchange.start(calls_.insert(call, loop.random()));
  const auto framed = call.exchange.request().framed();
  queued_.insert(queued_.end(), framed.begin(), framed.end());
  // Until the connection is up its dial timer counts, after it the deadline is set again.
  set_deadline(call);
  write();
}

void TcpConnection::set_deadline(Call& call) {
  const Loop& loop = channel_->loop();
  const bool waits = state_ == State::connecting;
  const Duration dial = waits ? channel_->upstream().options.dial_limit : Duration::zero();
  loop.deadlines().add(call, loop.now() + dial + call.exchange.plan().timeout);
}

// The bytes are copied: a call may end while they are on their way.
void TcpConnection::write() {
  if (writing_ || queued_.empty() || state_ != State::open) return;
  writing_ = true;
  leaving_.clear();
  std::swap(leaving_, queued_);
  asio::async_write(
      socket_, asio::buffer(leaving_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        self->writing_ = false;
        if (self->state_ != State::open) return;
        if (error) return self->broken(Fault::During::write, error.value());
        self->write();
      });
}

void TcpConnection::read() {
  socket_.async_read_some(
      asio::buffer(incoming_.data() + incoming_size_, incoming_.size() - incoming_size_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        if (self->state_ != State::open) return;
        if (!error) return self->received(size);
        const bool end = error == asio::error::eof;
        self->broken(Fault::During::read, end ? Fault::kClosed : error.value());
      });
}

void TcpConnection::received(std::size_t size) {
  incoming_size_ += size;
  while (state_ == State::open && deliver_next()) {
  }
  if (state_ != State::open) return;
  const std::size_t needed =
      incoming_size_ < kLengthSize ? kFirstBuffer : kLengthSize + length_at(incoming_);
  if (incoming_.size() < needed) incoming_.resize(needed);
  read();
}

bool TcpConnection::deliver_next() {
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

void TcpConnection::deliver(std::span<const std::uint8_t> message) {
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

void TcpConnection::settled() {
  idle_since_ = channel_->loop().now();
  pool_->idle(*this);
}

void TcpConnection::broken(Fault::During during, int error) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const bool owed = during == Fault::During::read && !calls_.empty() && answered_since_idle_;
  if (owed) pool_->no_pipelining();
  pool_->closed(*this);
  const Fault why = fault(during, error);
  state_ = State::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  cancel();
  finish_calls(why, answered_);
}

void TcpConnection::close() {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const Fault why = fault(Fault::During::read, ECANCELED);
  state_ = State::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  cancel();
  finish_calls(why, false);
}

void TcpConnection::finish_calls(const Fault& why, bool again) {
  calls_.drain([&](Call& call) {
    if (again) {
      channel_->restart(call, why);
    } else {
      channel_->fail_soon(call, why);
    }
  });
}

// What does not answer in time is not used for others either.
void TcpConnection::expired(Call& call) {
  const auto self = shared_from_this();
  const auto during = state_ == State::connecting ? Fault::During::dial : Fault::During::read;
  const Fault late = fault(during, Fault::kTimeout);
  forget(call);
  retired_ = true;
  channel_->fail_soon(call, late);
  if (calls_.empty() && state_ != State::closed) settled();
}

void TcpConnection::forget(Call& call) { calls_.remove(call.exchange.id()); }

Fault TcpConnection::fault(Fault::During during, int error) const {
  return Fault{.during = during,
               .wire = Wire::tcp,
               .error = error,
               .local = local_,
               .remote = remote_};
}

}  // namespace catena::client
