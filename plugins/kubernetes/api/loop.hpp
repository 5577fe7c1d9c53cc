// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/http/client.hpp"
#include "core/net/deadlines.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace catena::kubernetes::api {

/// What a client of the API server runs in: an event loop with its deadlines, who turns it, and the
/// connections that can be made there. A thread and the kernel's sockets in production; a
/// simulation turns it by hand and is the other end of each connection.
class ApiLoop {
 public:
  virtual ~ApiLoop() = default;

  virtual boost::asio::io_context& context() = 0;
  virtual net::Deadlines& deadlines() = 0;

  /// One that is not connected yet. Ends before the loop does.
  virtual std::unique_ptr<http::Connection> connection() = 0;

  /// At random in [0, 1): for back-offs. Of the loop's thread.
  virtual double fraction() = 0;

  /// Is turned from now on, until end(). At most once.
  virtual void start() = 0;

  /// What still waits is left as it is. Of the loop's thread.
  virtual void end() = 0;

  /// Comes back when the loop has ended; at once if it was not started, or joined before.
  virtual void join() = 0;

  /// Was started, and not joined yet.
  virtual bool running() const = 0;
};

/// A thread of its own that gets no signals. `clock` runs as the system's and outlives it.
std::unique_ptr<ApiLoop> make_thread_loop(const Clock& clock);

}  // namespace catena::kubernetes::api
