// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/loop.hpp"

#include "core/base/random.hpp"
#include "core/net/alarm.hpp"

#include <pthread.h>
#include <signal.h>
#include <thread>

namespace catena::kubernetes::api {
namespace {

/// Signals are for the threads that expect them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

class ThreadLoop final : public ApiLoop {
 public:
  explicit ThreadLoop(const Clock& clock) : alarm_(context_.get_executor(), clock, deadlines_) {}
  ~ThreadLoop() override { join(); }

  boost::asio::io_context& context() override { return context_; }
  net::Deadlines& deadlines() override { return deadlines_; }
  std::unique_ptr<http::Connection> connection() override {
    return std::make_unique<http::SocketConnection>(context_.get_executor());
  }
  double fraction() override { return random_.below(1U << 30) / static_cast<double>(1U << 30); }

  void start() override {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  }
  void end() override { context_.stop(); }
  void join() override {
    if (thread_.joinable()) thread_.join();
  }
  bool running() const override { return thread_.joinable(); }

 private:
  void run() {
    pthread_setname_np(pthread_self(), "kubernetes-api");
    const auto guard = boost::asio::make_work_guard(context_);
    context_.run();
  }

  net::Deadlines deadlines_;
  boost::asio::io_context context_{1};
  net::Alarm alarm_;
  Random random_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ApiLoop> make_thread_loop(const Clock& clock) {
  return std::make_unique<ThreadLoop>(clock);
}

}  // namespace catena::kubernetes::api
