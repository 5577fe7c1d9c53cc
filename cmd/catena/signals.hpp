// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log_writer.hpp"

#include "cmd/catena/pidfile.hpp"
#include "cmd/catena/supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <csignal>

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
/// statuses. They are read from serve() on, while the server starts too. SIGHUP and SIGPIPE are
/// ignored from the constructor on. All parts outlive it.
class Signals {
 public:
  Signals(LogWriter& writer, Supervisor& supervisor, PidFile& pidfile);

  /// Passes reloads on, waits for a signal that ends the server, stops it while further signals are
  /// heeded, and returns the exit status: 0, 4 if a plugin did not stop cleanly.
  int serve();

  /// Ends the server as SIGTERM does, without a signal. Any thread.
  void end();

  /// There is no server to end: serve() returns `status`. Any thread.
  void give_up(int status);

 private:
  void wait();
  void handle(int number);
  void reload();
  void stop(Queries queries);
  void quit_now(int status);

  LogWriter& writer_;
  Log log_;
  Supervisor& supervisor_;
  PidFile& pidfile_;
  asio::io_context io_{1};
  asio::posix::stream_descriptor descriptor_;
  bool interrupted_ = false;
  bool stopping_ = false;
  int status_ = 0;
};

}  // namespace catena
