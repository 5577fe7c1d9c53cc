// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/signals.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

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

Signals::Signals(LogWriter& writer, Supervisor& supervisor, PidFile& pidfile)
    : writer_(writer),
      log_(writer),
      supervisor_(supervisor),
      pidfile_(pidfile),
      descriptor_(io_, open_signals()) {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

int Signals::serve() {
  wait();
  io_.run();
  return status_;
}

void Signals::end() {
  asio::post(io_, [this] { stop(Queries::finish); });
}

void Signals::give_up(int status) {
  asio::post(io_, [this, status] {
    status_ = status;
    descriptor_.cancel();
    io_.stop();
  });
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
      if (!stopping_) log_.info("SIGTERM: Shutting down servers then terminating");
      return stop(Queries::finish);
    case SIGINT:
      if (interrupted_) {
        log_.info("SIGINT: Force quit");
        return quit_now(2);
      }
      interrupted_ = true;
      log_.info("SIGINT: Shutting down");
      pidfile_.remove();
      return stop(Queries::drop);
    case SIGQUIT:
      log_.info("SIGQUIT: Quitting process immediately");
      pidfile_.remove();
      return quit_now(0);
    case SIGUSR1:
      return reload();
    default:
      log_.warning(
          "SIGUSR2: not supported, nothing was done: start the new program beside this one, then "
          "end this one with SIGTERM");
  }
}

void Signals::reload() {
  log_.info("SIGUSR1: Reloading");
  supervisor_.reload([log = log_](const Result<void>& result) {
    if (!result) log.error("SIGUSR1: {}", result.error().text);
  });
}

// Who is asked to finish may still be asked to drop, not the other way round.
void Signals::stop(Queries queries) {
  if (std::exchange(stopping_, true) && queries == Queries::finish) return;
  supervisor_.stop(queries, [this](server::Stopped stopped) {
    give_up(stopped == server::Stopped::cleanly ? 0 : 4);
  });
}

void Signals::quit_now(int status) {
  writer_.flush();
  ::_exit(status);
}

}  // namespace catena
