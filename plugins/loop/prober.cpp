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
      schedule_(engine.clock().now(), again),
      socket_(engine.executor()),
      timer_(engine.executor()) {}

void Prober::close() {
  closed_ = true;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Prober::ask() {
  detector_->renew(engine_->random());
  if (!send()) return settle(Probed::failed);
  const bool blocked = detector_->state() == Detector::State::blocked;
  timer_.expires_after(blocked ? kLongTimeout : kTimeout);
  timer_.async_wait(
      [self = shared_from_this(), attempt = ++attempt_](const boost::system::error_code& error) {
        if (!error && attempt == self->attempt_) self->socket_.cancel();
      });
  receive();
}

bool Prober::send() {
  const dns::Name name = detector_->probe_name();
  const dns::Question question{name, dns::Type::HINFO, dns::Class::IN};
  auto request =
      client::Request::write(question, dns::Flags(dns::Flags::kRD), std::nullopt, buffer_);
  if (!request) return false;
  id_ = engine_->random().next16();
  request->set_id(id_);
  boost::system::error_code error;
  socket_.close(error);
  socket_.open(target_.protocol(), error);
  if (!error) socket_.connect(target_, error);
  const auto datagram = request->datagram();
  if (!error) socket_.send(asio::buffer(datagram.data(), datagram.size()), 0, error);
  return !error;
}

void Prober::receive() {
  socket_.async_receive(
      asio::buffer(buffer_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        if (!self->closed_) self->received(error, size);
      });
}

void Prober::received(const boost::system::error_code& error, std::size_t size) {
  if (!error && !is_reply(size)) return receive();
  ++attempt_;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  settle(error ? Probed::failed : Probed::answered);
}

bool Prober::is_reply(std::size_t size) const {
  return size >= dns::kHeaderSize && (buffer_[0] << 8 | buffer_[1]) == id_ &&
         (buffer_[2] & 0x80) != 0;
}

void Prober::settle(Probed probed) {
  if (probed == Probed::answered) detector_->answered();
  detector_->renew(engine_->random());
  const auto next = schedule_.after(probed, detector_->found_one(), engine_->clock().now());
  if (next) return wait(*next);
  detector_->rest();
}

void Prober::wait(Duration duration) {
  timer_.expires_after(duration);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->closed_) self->ask();
  });
}

}  // namespace catena::loop
