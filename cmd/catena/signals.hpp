// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log_writer.hpp"
#include "core/server/server.hpp"

#include "cmd/catena/pidfile.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <csignal>
#include <cstdint>
#include <thread>

namespace catena {

/// The daemon's signals wait from the constructor on, in this thread and in those it starts later:
/// they are read from a descriptor (signalfd), never handled in the middle of something else. Comes
/// before the first thread.
class HeldSignals {
 public:
  HeldSignals();

  /// The signals that Signals reads.
  static sigset_t all();
};

/// The signals of a daemon, which are held back (HeldSignals), with CoreDNS's lines and exit
/// statuses (core.md 7). SIGHUP and SIGPIPE are ignored from the constructor on. The other signals
/// are only taken up in wait_and_stop().
class Signals {
 public:
  explicit Signals(LogWriter& writer);

  /// Waits for a signal that ends the server, stops it while further signals are heeded, and
  /// returns the exit status: 0, 4 if a plugin did not stop cleanly.
  int wait_and_stop(server::Server& server, const PidFile& pidfile);

 private:
  /// What becomes of the queries that are under way.
  enum class Queries : std::uint8_t { finish, drop };

  void wait();
  void handle(int number);
  void stop(Queries queries);
  void quit_now(int status);

  LogWriter& writer_;
  Log log_;
  asio::io_context io_{1};
  asio::posix::stream_descriptor descriptor_;
  server::Server* server_ = nullptr;
  const PidFile* pidfile_ = nullptr;
  bool interrupted_ = false;
  int status_ = 0;
  std::thread stopping_;
};

}  // namespace catena
