// SPDX-License-Identifier: Apache-2.0
#include "core/server/worker.hpp"

#include <boost/asio/post.hpp>

#include <ranges>

namespace catena::server {
namespace {

// Plugins that left have cancelled what waits; this is how long the cancelled may take.
constexpr std::chrono::milliseconds kSettle{200};

}  // namespace

class Worker::Waker {
 public:
  explicit Waker(asio::io_context& io) : io_(&io) {}

  void wake() {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) asio::post(*io_, [] {});
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

Worker::Worker(std::size_t number,
               const Service& service,
               std::shared_ptr<const Configuration> configuration,
               const WorkerLimits& limits)
    : io_(std::make_unique<asio::io_context>(1)),
      guard_(io_->get_executor()),
      service_(service),
      configuration_(std::move(configuration)),
      dispatcher_(io_->get_executor(), static_cast<Lane>(number + 1), service, configuration_),
      output_(service.meters, dispatcher_.lane()),
      slots_(dispatcher_, output_, limits.waiting),
      receiver_(slots_),
      connections_(dispatcher_, limits.connections),
      drain_timer_(std::make_unique<asio::steady_timer>(*io_)),
      waker_(std::make_shared<Waker>(*io_)) {}

// What still waits lies in the event loop and points to slots, tickets and plugins: it goes first.
Worker::~Worker() {
  waker_->forget();
  connections_.close_all();
  sockets_.clear();
  acceptors_.clear();
  drain_timer_.reset();
  guard_.reset();
  io_.reset();
}

void Worker::add(BoundListener::Pair pair, const Listener& listener, const UdpPlace& place) {
  sockets_.push_back(std::make_unique<UdpSocket>(*io_, std::move(pair.udp), place, receiver_));
  acceptors_.push_back(
      std::make_unique<TcpAcceptor>(*io_, std::move(pair.tcp), listener, connections_));
}

void Worker::start() {
  reader_ = service_.process.epoch.join([waker = waker_] { waker->wake(); });
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

// The quiescent point stands behind the last byte of every answer of this turn.
void Worker::turn() {
  io_->run_one();
  io_->poll();
  output_.flush();
  reader_->quiescent();
}

void Worker::run() {
  enter();
  for (const auto& socket : sockets_) socket->start();
  for (const auto& acceptor : acceptors_) acceptor->start();
  const Clock& clock = dispatcher_.clock();
  while (!draining_ || (busy() && clock.now() < drain_until_)) turn();
  for (const auto& socket : sockets_) socket->drain();
  leave();
  settle();
  service_.process.epoch.leave(reader_);
}

void Worker::enter() {
  for (WorkerAware* plugin : configuration_->with<WorkerAware>()) {
    try {
      plugin->enter(dispatcher_);
    } catch (const std::exception& exception) {
      service_.process.log.error("A plugin could not enter a worker: {}", exception.what());
    }
  }
}

void Worker::leave() {
  const std::vector<WorkerAware*> plugins = configuration_->with<WorkerAware>();
  for (WorkerAware* plugin : std::views::reverse(plugins)) {
    try {
      plugin->leave(dispatcher_);
    } catch (const std::exception& exception) {
      service_.process.log.error("A plugin could not leave a worker: {}", exception.what());
    }
  }
}

void Worker::settle() {
  const auto until = std::chrono::steady_clock::now() + kSettle;
  do {
    io_->poll();
    output_.flush();
    reader_->quiescent();
  } while (dispatcher_.waiting() > 0 && std::chrono::steady_clock::now() < until &&
           io_->run_one_until(until) > 0);
  connections_.close_all();
}

void Worker::drain(std::chrono::nanoseconds patience) {
  const TimePoint until = dispatcher_.clock().now() + patience;
  asio::post(*io_, [this, until] { begin_drain(until); });
}

void Worker::begin_drain(TimePoint until) {
  drain_until_ = until;
  drain_timer_->expires_at(until);
  drain_timer_->async_wait([](boost::system::error_code) {});
  for (const auto& acceptor : acceptors_) acceptor->drain();
  for (const auto& socket : sockets_) socket->drain();
  connections_.drain();
  draining_ = true;
}

}  // namespace catena::server
