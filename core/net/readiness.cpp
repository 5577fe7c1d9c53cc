// SPDX-License-Identifier: Apache-2.0
#include "core/net/readiness.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace catena::net {

namespace asio = boost::asio;
using Socket = asio::posix::stream_descriptor;

/// Stays until the last handler of the event loop has run.
struct Readiness::State {
  State(const asio::any_io_executor& executor, Descriptor descriptor)
      : socket(executor, descriptor.release()) {}

  Socket socket;
  Events* events = nullptr;  // Null: nobody is to be told.
  bool reading = false;
  bool writing = false;
  unsigned reads = 0;  // Counts waits, as a handler may be queued when its wait is taken back.
};

Readiness::Readiness(asio::any_io_executor executor, Descriptor descriptor)
    : state_(std::make_shared<State>(executor, std::move(descriptor))) {}

Readiness::~Readiness() { close(); }

void Readiness::attach(Events& events) { state_->events = &events; }

asio::any_io_executor Readiness::executor() const { return state_->socket.get_executor(); }

int Readiness::descriptor() const { return state_->socket.native_handle(); }

void Readiness::wait_readable() {
  if (state_->reading || !state_->socket.is_open()) return;
  state_->reading = true;
  const unsigned number = ++state_->reads;
  state_->socket.async_wait(Socket::wait_read,
                            [state = state_, number](const boost::system::error_code& error) {
                              if (number != state->reads) return;
                              state->reading = false;
                              if (!error && state->events != nullptr) state->events->readable();
                            });
}

void Readiness::wait_writable() {
  if (state_->writing || !state_->socket.is_open()) return;
  state_->writing = true;
  state_->socket.async_wait(Socket::wait_write,
                            [state = state_](const boost::system::error_code& error) {
                              state->writing = false;
                              if (!error && state->events != nullptr) state->events->writable();
                            });
}

void Readiness::stop_reading() {
  ++state_->reads;
  state_->reading = false;
}

void Readiness::close() {
  state_->events = nullptr;
  boost::system::error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace catena::net
