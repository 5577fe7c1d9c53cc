// SPDX-License-Identifier: Apache-2.0
#include "core/client/udp_socket.hpp"

#include "core/client/channel.hpp"
#include "core/client/local_port.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <sys/socket.h>

namespace catena::client {
namespace {

constexpr unsigned kReceiveRounds = 4;

std::optional<std::uint16_t> id_of(std::span<const std::uint8_t> message) {
  if (message.size() < 2) return std::nullopt;
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

Fault::During during(net::Dialled<net::Datagrams>::Failed failed) {
  using Failed = net::Dialled<net::Datagrams>::Failed;
  return failed == Failed::at_binding ? Fault::During::bind : Fault::During::dial;
}

}  // namespace

UdpSocket::UdpSocket(Channel& channel)
    : channel_(&channel), opened_(channel.loop().now()), remote_(channel.upstream().endpoint) {}

Result<std::shared_ptr<UdpSocket>, Fault> UdpSocket::open(Channel& channel) {
  const UpstreamLoop& loop = channel.loop();
  const Upstream& upstream = channel.upstream();
  auto self = std::make_shared<UdpSocket>(channel);
  const auto remote = upstream.reachable_at();
  if (!remote) return self->fault(Fault::During::dial, ENODEV);
  self->remote_ = *remote;
  self->local_.address(upstream.source());
  auto dialled =
      dial_from_random_port(loop.network(), *remote, self->local_.address(), loop.random());
  if (!dialled.socket) return self->fault(during(dialled.failed), dialled.error);
  self->local_ = dialled.local;
  self->socket_ = std::move(dialled.socket);
  upstream.dial.observe((loop.now() - self->opened_).count());
  self->socket_->attach(*self);
  self->socket_->wait_readable();
  return self;
}

void UdpSocket::readable() {
  const auto self = shared_from_this();
  read_errors();
  for (unsigned round = 0; round < kReceiveRounds && !closed_; ++round) {
    if (!receive_batch()) break;
  }
  if (!closed_) socket_->wait_readable();
}

// True when there may be more.
bool UdpSocket::receive_batch() {
  std::array<mmsghdr, UpstreamLoop::kBatch> messages{};
  std::array<iovec, UpstreamLoop::kBatch> buffers;
  for (std::size_t i = 0; i < UpstreamLoop::kBatch; ++i) {
    buffers[i] = {channel_->loop().buffer(i), UpstreamLoop::kBufferSize};
    messages[i].msg_hdr.msg_iov = &buffers[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const std::size_t count = socket_->receive(messages);
  for (std::size_t i = 0; i < count && !closed_; ++i) {
    deliver({static_cast<const std::uint8_t*>(buffers[i].iov_base), messages[i].msg_len});
  }
  return count == UpstreamLoop::kBatch;
}

void UdpSocket::deliver(std::span<const std::uint8_t> message) {
  const auto id = id_of(message);
  Call* call = id ? calls_.find(*id) : nullptr;
  if (call == nullptr) return;
  const Step step = call->exchange.received(message);
  if (step == Step::wait) return;
  if (step == Step::wait_briefly) return hurry(*call);
  forget_outgoing(*call);
  calls_.remove(*id);
  channel_->settle(*call, step);
}

void UdpSocket::hurry(Call& call) {
  if (call.witness_ != nullptr) call.witness_->doubted();
  const UpstreamLoop& loop = channel_->loop();
  loop.deadlines().add(call, std::min(call.time(), loop.now() + Exchange::kGrace));
}

void UdpSocket::send(Call& call) {
  const UpstreamLoop& loop = channel_->loop();
  call.carrier_ = this;
  call.exchange.start(calls_.insert(call, loop.random()));
  loop.deadlines().add(call, loop.now() + call.exchange.plan().timeout);
  outgoing_.push_back(&call);
  ++sent_;
  if (flush_posted_) return;
  flush_posted_ = true;
  asio::post(loop.executor(), [self = shared_from_this()] { self->flush(); });
}

void UdpSocket::flush() {
  const auto self = shared_from_this();
  flush_posted_ = false;
  while (!closed_) {
    std::erase(outgoing_, nullptr);
    if (outgoing_.empty()) return;
    const int sent = send_batch();
    if (sent == -EAGAIN) return wait_until_writable();
    if (sent == -ENOBUFS) return back_off();
    if (sent < 0) {
      send_failed(-sent);
      continue;
    }
    pauses_ = 0;
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + sent);
  }
}

int UdpSocket::send_batch() {
  std::array<mmsghdr, kGather> messages{};
  std::array<iovec, kGather> parts;
  const std::size_t count = std::min(outgoing_.size(), kGather);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const std::uint8_t> bytes = outgoing_[i]->exchange.request().datagram();
    parts[i] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  return socket_->send(std::span(messages).first(count));
}

// Either an earlier question's ICMP error is reported here, or the first one cannot be sent.
void UdpSocket::send_failed(int error) {
  if (read_errors() || outgoing_.empty()) return;
  if (Call* call = outgoing_.front()) fail(*call, Fault::During::write, error);
}

// A queue behind the socket is full (that of the interface), and the socket writable all the time:
// only time helps. What finds no room after kMaxPauses pauses, each twice as long as the one
// before, fails.
void UdpSocket::back_off() {
  const UpstreamLoop& loop = channel_->loop();
  channel_->upstream().counters.send_pauses->add(loop.lane());
  if (pauses_ == kMaxPauses) {
    pauses_ = 0;
    return fail_outgoing(ENOBUFS);
  }
  flush_posted_ = true;
  loop.deadlines().add(*this, loop.now() + kFirstPause * (1 << pauses_++));
}

void UdpSocket::fail_outgoing(int error) {
  for (Call* call : std::exchange(outgoing_, {})) {
    if (call != nullptr) fail(*call, Fault::During::write, error);
  }
}

void UdpSocket::wait_until_writable() {
  flush_posted_ = true;
  socket_->wait_writable();
}

// The start of the message that an ICMP error is about has the id of the question that it ends.
// False when there was none.
bool UdpSocket::read_errors() {
  bool any = false;
  while (!closed_) {
    std::array<std::uint8_t, 64> start;
    const net::Datagrams::Bounce bounce = socket_->bounced(start);
    if (bounce.error == 0) return any;
    any = true;
    const auto id = id_of(std::span(start).first(bounce.size));
    if (!id) {
      fail_all(bounce.error);
    } else if (Call* call = calls_.find(*id)) {
      fail(*call, Fault::During::read, bounce.error);
    }
  }
  return any;
}

// In the next turn, here and below: whoever asks again must not come back to this socket while it
// sends or is being emptied.
void UdpSocket::fail(Call& call, Fault::During during, int error) {
  forget(call);
  channel_->fail_soon(call, fault(during, error));
}

void UdpSocket::fail_all(int error) {
  outgoing_.clear();
  const Fault why = fault(Fault::During::read, error);
  calls_.drain([&](Call& call) { channel_->fail_soon(call, why); });
}

void UdpSocket::close() {
  if (closed_) return;
  closed_ = true;
  cancel();
  if (socket_) socket_->close();
  fail_all(ECANCELED);
}

void UdpSocket::expired(Call& call) { fail(call, Fault::During::read, Fault::kTimeout); }

void UdpSocket::forget(Call& call) {
  forget_outgoing(call);
  calls_.remove(call.exchange.id());
}

void UdpSocket::forget_outgoing(const Call& call) {
  std::replace(outgoing_.begin(), outgoing_.end(), const_cast<Call*>(&call),
               static_cast<Call*>(nullptr));
}

Fault UdpSocket::fault(Fault::During during, int error) const {
  return Fault{
      .during = during, .wire = Wire::udp, .error = error, .local = local_, .remote = remote_};
}

}  // namespace catena::client
