// SPDX-License-Identifier: Apache-2.0
#include "core/client/udp_socket.hpp"

#include "core/client/channel.hpp"
#include "core/client/local_port.hpp"

#include <boost/asio/post.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

// After netinet/in.h, as it needs its types.
#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/errqueue.h>
#include <optional>

namespace catena::client {
namespace {

constexpr unsigned kReceiveRounds = 4;

std::optional<std::uint16_t> id_of(std::span<const std::uint8_t> message) {
  if (message.size() < 2) return std::nullopt;
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

// ICMP's "unreachable" ends a question at once instead of after its timeout.
int want_errors(int descriptor, bool v6) {
  const int on = 1;
  return v6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on)
            : setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

int error_in(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    const bool v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
    const bool v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error;
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    return static_cast<int>(error.ee_errno);
  }
  return EIO;
}

}  // namespace

UdpSocket::UdpSocket(Channel& channel)
    : channel_(&channel),
      socket_(channel.loop().executor()),
      opened_(channel.loop().now()),
      remote_(channel.upstream().endpoint) {}

Result<std::shared_ptr<UdpSocket>, Fault> UdpSocket::open(Channel& channel) {
  auto self = std::make_shared<UdpSocket>(channel);
  const auto remote = channel.upstream().reachable_at();
  if (!remote) return self->fault(Fault::During::dial, ENODEV);
  self->remote_ = *remote;
  boost::system::error_code error;
  self->socket_.open(remote->protocol(), error);
  if (error) return self->fault(Fault::During::dial, error.value());
  self->socket_.native_non_blocking(true, error);
  if (const int failed = self->bind_source(); failed != 0) {
    return self->fault(Fault::During::bind, failed);
  }
  self->socket_.connect(*remote, error);
  if (error) return self->fault(Fault::During::dial, error.value());
  want_errors(self->socket_.native_handle(), remote->address().is_v6());
  self->local_ = self->socket_.local_endpoint(error);
  channel.upstream().dial.observe((channel.loop().now() - self->opened_).count());
  self->listen();
  return self;
}

int UdpSocket::bind_source() {
  const Upstream& upstream = channel_->upstream();
  const auto any = upstream.endpoint.address().is_v6()
                       ? asio::ip::address(asio::ip::address_v6::any())
                       : asio::ip::address(asio::ip::address_v4::any());
  local_.address(upstream.options.source.value_or(any));
  return bind_to_random_port(socket_, local_.address(), channel_->loop().random());
}

void UdpSocket::listen() {
  if (closed_) return;
  socket_.async_wait(asio::socket_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->readable();
                     });
}

void UdpSocket::readable() {
  for (unsigned round = 0; round < kReceiveRounds && !closed_; ++round) {
    if (!receive_batch()) break;
  }
  listen();
}

// True when there may be more.
bool UdpSocket::receive_batch() {
  std::array<mmsghdr, Loop::kBatch> messages{};
  std::array<iovec, Loop::kBatch> buffers;
  for (std::size_t i = 0; i < Loop::kBatch; ++i) {
    buffers[i] = {channel_->loop().buffer(i), Loop::kBufferSize};
    messages[i].msg_hdr.msg_iov = &buffers[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int count =
      recvmmsg(socket_.native_handle(), messages.data(), messages.size(), MSG_DONTWAIT, nullptr);
  if (count < 0) {
    const int error = errno;
    if (error == EAGAIN) return false;
    if (!read_errors() && error != EINTR) fail_all(error);
    return true;
  }
  for (int i = 0; i < count && !closed_; ++i) {
    deliver({static_cast<const std::uint8_t*>(buffers[i].iov_base), messages[i].msg_len});
  }
  return count == static_cast<int>(Loop::kBatch);
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
  const Loop& loop = channel_->loop();
  loop.deadlines().add(call, std::min(call.time(), loop.now() + Exchange::kGrace));
}

void UdpSocket::send(Call& call) {
  const Loop& loop = channel_->loop();
  call.carrier_ = this;
  call.exchange.start(calls_.insert(call, loop.random()));
  loop.deadlines().add(call, loop.now() + call.exchange.plan().timeout);
  outgoing_.push_back(&call);
  ++sent_;
  if (flush_posted_) return;
  flush_posted_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
}

void UdpSocket::flush() {
  flush_posted_ = false;
  while (!closed_) {
    std::erase(outgoing_, nullptr);
    if (outgoing_.empty()) return;
    const int sent = send_batch();
    if (sent >= 0) {
      pauses_ = 0;
      outgoing_.erase(outgoing_.begin(), outgoing_.begin() + sent);
    } else if (const int error = errno; error == EAGAIN) {
      return wait_until_writable();
    } else if (error == ENOBUFS) {
      return back_off();
    } else {
      send_failed(error);
    }
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
  const int sent = sendmmsg(socket_.native_handle(), messages.data(), static_cast<unsigned>(count),
                            MSG_DONTWAIT);
  return sent;
}

// Either an earlier question's ICMP error is reported here, or the first one cannot be sent.
void UdpSocket::send_failed(int error) {
  if (error == EINTR || read_errors() || outgoing_.empty()) return;
  if (Call* call = outgoing_.front()) fail(*call, Fault::During::write, error);
}

// A queue behind the socket is full (that of the interface), and the socket writable all the time:
// only time helps. What finds no room after kMaxPauses pauses, each twice as long as the one
// before, fails.
void UdpSocket::back_off() {
  const Loop& loop = channel_->loop();
  channel_->upstream().counters.send_pauses->add(loop.lane());
  if (pauses_ == kMaxPauses) {
    pauses_ = 0;
    return fail_outgoing(ENOBUFS);
  }
  flush_posted_ = true;
  loop.deadlines().add(*this, loop.now() + kFirstPause * (1 << pauses_++));
}

void UdpSocket::due() {
  const auto self = shared_from_this();
  flush();
}

void UdpSocket::fail_outgoing(int error) {
  for (Call* call : std::exchange(outgoing_, {})) {
    if (call != nullptr) fail(*call, Fault::During::write, error);
  }
}

void UdpSocket::wait_until_writable() {
  flush_posted_ = true;
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->flush();
                     });
}

// The kernel hands back the start of the message that an ICMP error is about, so its id tells whose
// it is. False when there was nothing.
bool UdpSocket::read_errors() {
  bool any = false;
  while (!closed_) {
    std::array<std::uint8_t, 64> start;
    std::array<char, 512> control;
    iovec part{start.data(), start.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = recvmsg(socket_.native_handle(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (size < 0) return any;
    any = true;
    const int error = error_in(message);
    const auto id = id_of({start.data(), static_cast<std::size_t>(size)});
    if (!id) {
      fail_all(error);
    } else if (Call* call = calls_.find(*id)) {
      fail(*call, Fault::During::read, error);
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
  boost::system::error_code ignored;
  socket_.close(ignored);
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
  return Fault{.during = during,
               .wire = Wire::udp,
               .error = error,
               .local = local_,
               .remote = remote_};
}

}  // namespace catena::client
