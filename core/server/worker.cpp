// SPDX-License-Identifier: Apache-2.0
#include "core/server/worker.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <ranges>
#include <utility>

namespace catena::server {
namespace {

// Plugins that left have cancelled what waits; this is how long the cancelled may take.
constexpr std::chrono::milliseconds kSettle{200};

}  // namespace

class Worker::Waker {
 public:
  explicit Waker(asio::any_io_executor loop) : loop_(std::move(loop)) {}

  void wake() {
    const std::lock_guard lock(mutex_);
    if (loop_) asio::post(loop_, [] {});
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    loop_ = {};
  }

 private:
  std::mutex mutex_;
  asio::any_io_executor loop_;
};

Worker::Worker(std::unique_ptr<WorkerLoop> loop,
               std::size_t number,
               const Service& service,
               std::shared_ptr<const Configuration> configuration,
               const WorkerLimits& limits)
    : loop_(std::move(loop)),
      service_(service),
      configuration_(std::move(configuration)),
      dispatcher_(loop_->ground(), static_cast<Lane>(number + 1), service, configuration_),
      slots_(dispatcher_, output_),
      receiver_(slots_),
      connections_(dispatcher_, limits.connections, limits.descriptors),
      workers_(limits.workers),
      waker_(std::make_shared<Waker>(dispatcher_.executor())) {}

// What still waits lies in the event loop and points to slots, tickets and plugins: it goes first.
Worker::~Worker() {
  waker_->forget();
  connections_.close_all();
  sockets_.clear();
  closing_.clear();
  dispatcher_.deadlines().abandon();
  loop_.reset();
}

void Worker::add(WorkerSockets sockets) {
  SocketPair& pair = sockets.pair;
  if (pair.udp) {
    sockets_.push_back(std::make_unique<UdpListenerSocket>(std::move(pair.udp), sockets.number,
                                                           sockets.place, receiver_));
  }
  if (pair.tcp) {
    sockets_.push_back(std::make_unique<TcpListenerSocket>(std::move(pair.tcp), sockets.number,
                                                           *sockets.listener, connections_));
  }
}

void Worker::start() {
  reader_ = service_.process.epoch.join([waker = waker_] { waker->wake(); });
  loop_->start(*this);
}

void Worker::join() { loop_->join(); }

void Worker::begin() {
  enter(*configuration_);
  for (const auto& socket : sockets_) socket->start();
}

// The quiescent point stands behind the last byte of every answer of this turn.
void Worker::turned() {
  output_.flush();
  if (former_) part_from_former();
  reader_->quiescent();
  if (phase_ == Phase::draining && (!busy() || out_of_time())) return begin_settling();
  if (phase_ == Phase::settling && (dispatcher_.waiting() == 0 || out_of_time())) end();
}

// No query comes to plugins that have left: sockets are read before, and never again. What the
// plugins have cancelled is seen in the next turns, the first of which comes at once.
void Worker::begin_settling() {
  drain_closing();
  if (former_ && !former_->left) leave_former();
  for (const auto& socket : sockets_) socket->drain();
  connections_.finish_with(*configuration_);
  leave(*configuration_);
  phase_ = Phase::settling;
  until_ = dispatcher_.clock().now() + kSettle;
  wake_in_time();
  asio::post(dispatcher_.executor(), [] {});
}

void Worker::end() {
  connections_.close_all();
  if (former_) forget_former();
  service_.process.epoch.leave(reader_);
  phase_ = Phase::gone;
  gone_.store(true, std::memory_order_release);
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
  asio::post(dispatcher_.executor(), [this, shared] { begin_succession(*shared); });
}

void Worker::begin_succession(Succession& succession) {
  enter(*succession.configuration);
  former_ =
      Former{std::exchange(configuration_, succession.configuration),
             dispatcher_.clock().now() + succession.patience, false, std::move(succession.left)};
  dispatcher_.adopt(configuration_);
  hand_over(*configuration_);
  start_new(succession);
  wake_in_time();
}

void Worker::hand_over(const Configuration& configuration) {
  std::vector<std::unique_ptr<ListenerSocket>> staying;
  for (std::unique_ptr<ListenerSocket>& socket : sockets_) {
    const Listener* listener = configuration.find(socket->listener().key);
    const bool stays = listener != nullptr && socket->number() < pairs_of(*listener, workers_);
    stays ? socket->serve(*listener) : socket->drain();
    (stays ? staying : closing_).push_back(std::move(socket));
  }
  sockets_ = std::move(staying);
  connections_.adopt(configuration);
}

// A handler of theirs may be queued: they go behind it.
void Worker::close_sockets() {
  asio::post(dispatcher_.executor(), [closing = std::exchange(closing_, {})] {});
}

void Worker::start_new(Succession& succession) {
  const std::size_t staying = sockets_.size();
  for (WorkerSockets& sockets : succession.sockets) add(std::move(sockets));
  for (std::size_t i = staying; i < sockets_.size(); ++i) sockets_[i]->start();
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
  for (const auto& socket : closing_) socket->drain();
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
  wake_in_time();
  gone();
}

// Being reminded turns the loop once, which is all that is wanted.
void Worker::wake_in_time() {
  TimePoint time = phase_ == Phase::serving ? TimePoint::max() : until_;
  if (former_) time = std::min(time, former_->until);
  if (time == TimePoint::max()) return turn_.cancel();
  dispatcher_.deadlines().add(turn_, time);
}

void Worker::drain(std::chrono::nanoseconds patience) {
  const TimePoint until = dispatcher_.clock().now() + patience;
  asio::post(dispatcher_.executor(), [this, until] { begin_drain(until); });
}

void Worker::begin_drain(TimePoint until) {
  if (phase_ == Phase::serving) {
    phase_ = Phase::draining;
    until_ = until;
    for (const auto& socket : sockets_) socket->drain();
    connections_.drain();
  }
  if (phase_ == Phase::draining) until_ = std::min(until_, until);
  wake_in_time();
}

}  // namespace catena::server
