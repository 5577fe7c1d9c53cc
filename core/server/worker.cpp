// SPDX-License-Identifier: Apache-2.0
#include "core/server/worker.hpp"

#include "core/net/tcp_acceptor.hpp"
#include "core/net/udp_datagrams.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <ranges>
#include <type_traits>
#include <utility>

namespace catena::server {
namespace {

// Plugins that left have cancelled what waits; this is how long the cancelled may take.
constexpr std::chrono::milliseconds kSettle{200};

// Of one turn. Each may have dealt with a batch of datagrams.
constexpr int kHandlers = 16;

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
      alarm_(std::make_unique<net::Alarm>(io_->get_executor(), service.process.clock, deadlines_)),
      network_(io_->get_executor()),
      service_(service),
      configuration_(std::move(configuration)),
      dispatcher_({io_->get_executor(), deadlines_, network_, random_},
                  static_cast<Lane>(number + 1),
                  service,
                  configuration_),
      slots_(dispatcher_, output_),
      receiver_(slots_),
      connections_(dispatcher_, limits.connections, limits.descriptors),
      waker_(std::make_shared<Waker>(*io_)) {}

// What still waits lies in the event loop and points to slots, tickets and plugins: it goes first.
Worker::~Worker() {
  waker_->forget();
  connections_.close_all();
  sockets_.clear();
  acceptors_.clear();
  closing_ = {};
  deadlines_.abandon();
  alarm_.reset();
  guard_.reset();
  io_.reset();
}

void Worker::add(WorkerSockets sockets) {
  const asio::any_io_executor executor = io_->get_executor();
  auto udp = std::make_unique<net::UdpDatagrams>(executor, std::move(sockets.pair.udp));
  sockets_.push_back(std::make_unique<UdpSocket>(std::move(udp), sockets.place, receiver_));
  auto tcp = std::make_unique<net::TcpAcceptor>(executor, std::move(sockets.pair.tcp));
  acceptors_.push_back(
      std::make_unique<TcpAcceptor>(std::move(tcp), *sockets.listener, connections_));
}

void Worker::start() {
  reader_ = service_.process.epoch.join([waker = waker_] { waker->wake(); });
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

// With more to do than time for it, poll() would not come back.
void Worker::poll_some() {
  for (int i = 0; i < kHandlers && io_->poll_one() > 0; ++i) continue;
}

// The quiescent point stands behind the last byte of every answer of this turn.
void Worker::turn() {
  io_->run_one();
  poll_some();
  output_.flush();
  if (former_) part_from_former();
  reader_->quiescent();
}

void Worker::run() {
  enter(*configuration_);
  for (const auto& socket : sockets_) socket->start();
  for (const auto& acceptor : acceptors_) acceptor->start();
  const Clock& clock = dispatcher_.clock();
  while (!draining_ || (busy() && clock.now() < drain_until_)) turn();
  end();
  gone_.store(true, std::memory_order_release);
}

// No query comes to plugins that have left: sockets are read before, and never again.
void Worker::end() {
  drain_closing();
  if (former_ && !former_->left) leave_former();
  for (const auto& socket : sockets_) socket->drain();
  connections_.finish_with(*configuration_);
  leave(*configuration_);
  settle();
  if (former_) forget_former();
  service_.process.epoch.leave(reader_);
}

void Worker::enter(const Configuration& configuration) {
  for (WorkerAware* plugin : configuration.with<WorkerAware>()) {
    try {
      plugin->enter(dispatcher_);
    } catch (const std::exception& exception) {
      service_.process.log.error("A plugin could not enter a worker: {}", exception.what());
    }
  }
}

void Worker::leave(const Configuration& configuration) {
  const std::vector<WorkerAware*> plugins = configuration.with<WorkerAware>();
  for (WorkerAware* plugin : std::views::reverse(plugins)) {
    try {
      plugin->leave(dispatcher_);
    } catch (const std::exception& exception) {
      service_.process.log.error("A plugin could not leave a worker: {}", exception.what());
    }
  }
}

void Worker::adopt(Succession succession) {
  auto shared = std::make_shared<Succession>(std::move(succession));
  asio::post(*io_, [this, shared] { begin_succession(*shared); });
}

void Worker::begin_succession(Succession& succession) {
  enter(*succession.configuration);
  former_ =
      Former{std::exchange(configuration_, succession.configuration),
             dispatcher_.clock().now() + succession.patience, false, std::move(succession.left)};
  dispatcher_.adopt(configuration_);
  hand_over_sockets(*configuration_);
  start_sockets(succession);
  wake_in_time();
}

void Worker::hand_over_sockets(const Configuration& configuration) {
  const auto successor = [&configuration](const Listener& listener) {
    return configuration.find(listener.address, listener.port);
  };
  const auto hand_over = [&successor](auto& all, auto& closing) {
    std::remove_reference_t<decltype(all)> staying;
    for (auto& one : all) {
      const Listener* listener = successor(one->listener());
      listener != nullptr ? one->serve(*listener) : one->drain();
      (listener != nullptr ? staying : closing).push_back(std::move(one));
    }
    all = std::move(staying);
  };
  hand_over(sockets_, closing_.sockets);
  hand_over(acceptors_, closing_.acceptors);
  connections_.adopt(configuration);
}

// A handler of theirs may be queued: they go behind it.
void Worker::close_sockets() {
  asio::post(*io_, [closing = std::exchange(closing_, {})] {});
}

void Worker::start_sockets(Succession& succession) {
  for (WorkerSockets& sockets : succession.sockets) {
    add(std::move(sockets));
    sockets_.back()->start();
    acceptors_.back()->start();
  }
}

bool Worker::former_idle() const {
  return dispatcher_.running_with(*former_->configuration) == 0 &&
         connections_.count_with(*former_->configuration) == 0;
}

// Plugins leave when the last query of the former is done, or when it has waited long enough; what
// they cancel then ends in the next turns.
void Worker::part_from_former() {
  const bool late = dispatcher_.clock().now() >= former_->until;
  if (!late && !former_idle()) return;
  if (!former_->left) {
    drain_closing();
    if (!late && !former_idle()) return;
    leave_former();
    former_->until = dispatcher_.clock().now() + kSettle;
    wake_in_time();
    if (!former_idle()) return;
  }
  forget_former();
}

// What was on its way when the sockets were drained first.
void Worker::drain_closing() {
  for (const auto& socket : closing_.sockets) socket->drain();
}

void Worker::leave_former() {
  connections_.finish_with(*former_->configuration);
  leave(*former_->configuration);
  former_->left = true;
}

void Worker::forget_former() {
  close_sockets();
  connections_.close_with(*former_->configuration);
  dispatcher_.forget_unused();
  const std::function<void()> gone = std::move(former_->gone);
  former_.reset();
  gone();
}

// Being reminded turns the loop once, which is all that is wanted.
void Worker::wake_in_time() {
  TimePoint time = draining_ ? drain_until_ : TimePoint::max();
  if (former_) time = std::min(time, former_->until);
  deadlines_.add(turn_, time);
}

void Worker::settle() {
  const auto until = std::chrono::steady_clock::now() + kSettle;
  do {
    poll_some();
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
  draining_ = true;
  wake_in_time();
  for (const auto& acceptor : acceptors_) acceptor->drain();
  for (const auto& socket : sockets_) socket->drain();
  connections_.drain();
}

}  // namespace catena::server
