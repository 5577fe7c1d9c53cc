// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/signals.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace catena {

HeldSignals::HeldSignals() {
  const sigset_t signals = all();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

sigset_t HeldSignals::all() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2}) sigaddset(&signals, number);
  return signals;
}

namespace {

int open_signals() {
  const sigset_t signals = HeldSignals::all();
  return ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Signals::Signals(LogWriter& writer)
    : writer_(writer), log_(writer), descriptor_(io_, open_signals()) {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

int Signals::wait_and_stop(server::Server& server, const PidFile& pidfile) {
  server_ = &server;
  pidfile_ = &pidfile;
  wait();
  io_.run();
  if (stopping_.joinable()) stopping_.join();
  return status_;
}

void Signals::wait() {
  using asio::posix::stream_descriptor;
  descriptor_.async_wait(stream_descriptor::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    signalfd_siginfo signal{};
    const bool whole =
        ::read(descriptor_.native_handle(), &signal, sizeof(signal)) == sizeof(signal);
    wait();
    if (whole) handle(static_cast<int>(signal.ssi_signo));
  });
}

void Signals::handle(int number) {
  switch (number) {
    case SIGTERM:
      if (!stopping_.joinable()) log_.info("SIGTERM: Shutting down servers then terminating");
      return stop(Queries::finish);
    case SIGINT:
      if (interrupted_) {
        log_.info("SIGINT: Force quit");
        return quit_now(2);
      }
      interrupted_ = true;
      log_.info("SIGINT: Shutting down");
      pidfile_->remove();
      return stop(Queries::drop);
    case SIGQUIT:
      log_.info("SIGQUIT: Quitting process immediately");
      pidfile_->remove();
      return quit_now(0);
    default:
      log_.warning("{}: reloading is not in this build; the configuration stays as it is",
                   number == SIGUSR1 ? "SIGUSR1" : "SIGUSR2");
  }
}

// Beside this thread, so that a second signal is heard.
void Signals::stop(Queries queries) {
  if (stopping_.joinable()) return;
  stopping_ = std::thread([this, queries] {
    const bool drop = queries == Queries::drop;
    const server::Stopped stopped = drop ? server_->stop({}) : server_->stop();
    asio::post(io_, [this, stopped] {
      status_ = stopped == server::Stopped::cleanly ? 0 : 4;
      descriptor_.cancel();
      io_.stop();
    });
  });
}

void Signals::quit_now(int status) {
  writer_.flush();
  ::_exit(status);
}

}  // namespace catena
