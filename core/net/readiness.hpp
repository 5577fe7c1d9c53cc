// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/descriptor.hpp"
#include "core/net/events.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace catena::net {

/// The waits of one descriptor on an event loop. Closes it in the end; no event comes after that.
/// One thread, that of the executor.
class Readiness {
 public:
  Readiness(boost::asio::any_io_executor executor, Descriptor descriptor);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  void attach(Events& events);
  boost::asio::any_io_executor executor() const;

  /// -1 when it is closed.
  int descriptor() const;

  void wait_readable();
  void wait_writable();
  /// Takes back a wait for readability.
  void stop_reading();
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace catena::net
