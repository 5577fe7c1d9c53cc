// SPDX-License-Identifier: Apache-2.0
#include "plugins/loop/prober.hpp"

#include "core/client/request.hpp"

namespace catena::loop {
namespace {

// As CoreDNS waits for its probe; where a loop is known a forwarder may take all of its 5 seconds.
constexpr Duration kTimeout = std::chrono::seconds(2);
constexpr Duration kLongTimeout = std::chrono::seconds(6);

}  // namespace

Prober::Prober(Engine& engine,
               std::shared_ptr<Detector> detector,
               asio::ip::udp::endpoint target,
               Duration again)
    : engine_(&engine),
      detector_(std::move(detector)),
      target_(std::move(target)),
      schedule_(engine.clock().now(), again) {}

void Prober::close() {
  cancel();
  if (socket_) socket_->close();
}

void Prober::ask() {
  detector_->renew(engine_->random());
  if (!send()) return settle(Probed::failed);
  const bool blocked = detector_->state() == Detector::State::blocked;
  const TimePoint now = engine_->clock().now();
  engine_->deadlines().add(*this, now + (blocked ? kLongTimeout : kTimeout));
  socket_->attach(*this);
  socket_->wait_readable();
}

bool Prober::send() {
  const dns::Name name = detector_->probe_name();
  const dns::Question question{name, dns::Type::HINFO, dns::Class::IN};
  auto request =
      client::Request::write(question, dns::Flags(dns::Flags::kRD), std::nullopt, buffer_);
  if (!request) return false;
  id_ = engine_->random().next16();
  request->set_id(id_);
  const asio::ip::udp::endpoint any(target_.protocol(), 0);
  socket_ = engine_->network().dial_datagrams(target_, any).socket;
  if (!socket_) return false;
  const auto datagram = request->datagram();
  iovec part{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &part;
  message.msg_hdr.msg_iovlen = 1;
  return socket_->send({&message, 1}) == 1;
}

// What became of the probe, as far as it is known by now.
std::optional<Probed> Prober::heard() {
  if (socket_->bounced(buffer_).error != 0) return Probed::failed;
  for (;;) {
    iovec part{buffer_.data(), buffer_.size()};
    mmsghdr message{};
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    if (socket_->receive({&message, 1}) == 0) return std::nullopt;
    if (is_reply(message.msg_len)) return Probed::answered;
  }
}

void Prober::readable() {
  if (const auto probed = heard()) return settle(*probed);
  socket_->wait_readable();
}

void Prober::due() { socket_ ? settle(Probed::failed) : ask(); }

bool Prober::is_reply(std::size_t size) const {
  return size >= dns::kHeaderSize && (buffer_[0] << 8 | buffer_[1]) == id_ &&
         (buffer_[2] & 0x80) != 0;
}

void Prober::settle(Probed probed) {
  socket_.reset();
  cancel();
  if (probed == Probed::answered) detector_->answered();
  detector_->renew(engine_->random());
  const TimePoint now = engine_->clock().now();
  const auto next = schedule_.after(probed, detector_->found_one(), now);
  if (!next) return detector_->rest();
  engine_->deadlines().add(*this, now + *next);
}

}  // namespace catena::loop
