// SPDX-License-Identifier: Apache-2.0
#include "core/server/kernel_host.hpp"

#include "core/net/alarm.hpp"
#include "core/net/binding.hpp"
#include "core/net/kernel_network.hpp"
#include "core/net/tcp_acceptor.hpp"
#include "core/net/udp_datagrams.hpp"
#include "core/server/worker.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>
#include <utility>

namespace catena::server {
namespace {

// Of one turn. Each may have dealt with a batch of datagrams.
constexpr int kHandlers = 16;

class KernelLoop final : public WorkerLoop {
 public:
  explicit KernelLoop(const Clock& clock)
      : guard_(io_.get_executor()),
        network_(io_.get_executor()),
        alarm_(io_.get_executor(), clock, deadlines_) {}

  Ground ground() override { return {io_.get_executor(), deadlines_, network_, random_}; }
  void start(Worker& worker) override {
    thread_ = std::thread([this, &worker] { run(worker); });
  }
  void join() override {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run(Worker& worker) {
    worker.begin();
    while (!worker.gone()) {
      turn();
      worker.turned();
    }
  }

  // With more to do than time for it, poll() would not come back.
  void turn() {
    io_.run_one();
    for (int i = 0; i < kHandlers && io_.poll_one() > 0; ++i) continue;
  }

  net::Deadlines deadlines_;
  Random random_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  net::KernelNetwork network_;
  net::Alarm alarm_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<WorkerLoop> KernelHost::loop(const Clock& clock) {
  return std::make_unique<KernelLoop>(clock);
}

Result<OpenListener> KernelHost::bind(const net::ListenerSpec& spec,
                                      std::span<const asio::any_io_executor> loops) {
  Result<net::BoundListener> bound = net::bind_listener(spec, loops.size());
  if (!bound) return bound.error();
  OpenListener open{{}, bound->port, bound->wildcard, bound->shared};
  for (std::size_t i = 0; i < loops.size(); ++i) {
    net::BoundListener::Pair& from = bound->pairs[i];
    SocketPair& pair = open.pairs.emplace_back();
    if (from.udp) pair.udp = std::make_unique<net::UdpDatagrams>(loops[i], std::move(from.udp));
    if (from.tcp) pair.tcp = std::make_unique<net::TcpAcceptor>(loops[i], std::move(from.tcp));
  }
  return open;
}

std::unique_ptr<Ticker> KernelHost::ticker(Duration period, std::function<void()> task) {
  return std::make_unique<Ticker>(period, std::move(task));
}

void KernelHost::wait(Duration time) { std::this_thread::sleep_for(time); }

}  // namespace catena::server
