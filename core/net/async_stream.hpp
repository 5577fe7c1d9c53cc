// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace catena::net {

/// A ByteStream with Asio's operations (AsyncReadStream, AsyncWriteStream): for coroutines, and for
/// Beast. What is awaited belongs to the event loop, and ends with it. Destroying it closes the
/// stream, and whatever waits fails with `operation_aborted`. One thread.
class AsyncStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using ErrorCode = boost::system::error_code;
  enum class Direction : std::uint8_t { reading, writing };

  /// `executor` is that of the stream's event loop.
  AsyncStream(executor_type executor, std::unique_ptr<ByteStream> stream)
      : state_(std::make_shared<State>(std::move(executor), std::move(stream))) {}
  ~AsyncStream() { close(); }
  AsyncStream(const AsyncStream&) = delete;
  AsyncStream& operator=(const AsyncStream&) = delete;

  executor_type get_executor() const { return state_->executor; }

  /// For what does not wait; not behind release().
  ByteStream& stream() { return *state_->stream; }

  /// The stream, which nothing waits for. This is closed.
  std::unique_ptr<ByteStream> release();

  void close() { state_->close(); }
  bool is_open() const { return !state_->closed; }

  /// Completes with (ErrorCode, std::size_t): some bytes, or `eof`, or the stream's errno. One at a
  /// time. Uses the first of the buffers that is not empty.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const auto room = first<boost::asio::mutable_buffer>(buffers);
    return start<ErrorCode, std::size_t>(
        Moving<Reading>{{state_, {static_cast<std::uint8_t*>(room.data()), room.size()}}, {}},
        token);
  }

  /// The same for bytes that leave.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const auto bytes = first<boost::asio::const_buffer>(buffers);
    return start<ErrorCode, std::size_t>(
        Moving<Writing>{{state_, {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()}},
                        {}},
        token);
  }

  /// Completes with (ErrorCode) when the stream tells of readability, or of writability: the end of
  /// a dial or of a handshake.
  template <class Token>
  auto async_wait(Direction direction, Token&& token) {
    return start<ErrorCode>(Waiting{state_, direction, false}, token);
  }

 private:
  /// Lives as long as an operation does.
  struct State final : Events {
    State(executor_type on, std::unique_ptr<ByteStream> bytes);

    void readable() override { readers.cancel(); }
    void writable() override { writers.cancel(); }
    void close();
    void end();
    /// Whose handlers wait for that; a cancel calls them.
    boost::asio::steady_timer& wait(Direction direction);
    Moved read(std::span<std::uint8_t> room);
    Moved write(std::span<const std::uint8_t> bytes);

    executor_type executor;
    std::unique_ptr<ByteStream> stream;
    boost::asio::steady_timer readers;
    boost::asio::steady_timer writers;
    bool closed = false;
  };

  struct Reading {
    static constexpr Direction kDirection = Direction::reading;
    Moved move() { return state->read(room); }
    std::shared_ptr<State> state;
    std::span<std::uint8_t> room;
  };
  struct Writing {
    static constexpr Direction kDirection = Direction::writing;
    Moved move() { return state->write(bytes); }
    std::shared_ptr<State> state;
    std::span<const std::uint8_t> bytes;
  };

  /// Asio's operations never complete inside of the call that begins them.
  template <class What>
  struct Moving {
    template <class Self>
    void operator()(Self& self, const ErrorCode& = {}) {
      if (moved) return self.complete(error_of(*moved), moved->size);
      const bool begins = !std::exchange(begun, true);
      const Moved now = what.move();
      State& state = *what.state;
      if (now.how == Moved::How::later) {
        state.wait(What::kDirection).async_wait(std::move(self));
      } else if (begins) {
        moved = now;
        boost::asio::post(state.executor, std::move(self));
      } else {
        self.complete(error_of(now), now.size);
      }
    }
    What what;
    std::optional<Moved> moved;  // What is to be told in a later turn.
    bool begun = false;
  };

  struct Waiting {
    template <class Self>
    void operator()(Self& self, const ErrorCode& = {}) {
      if (std::exchange(begun, true)) {
        return self.complete(state->closed ? boost::asio::error::operation_aborted : ErrorCode());
      }
      State& waited = *state;
      if (waited.closed) return boost::asio::post(waited.executor, std::move(self));
      waited.wait(direction).async_wait(std::move(self));
    }
    std::shared_ptr<State> state;
    Direction direction;
    bool begun;
  };

  static ErrorCode error_of(const Moved& moved);

  template <class Buffer, class Buffers>
  static Buffer first(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  template <class... Results, class Operation, class Token>
  auto start(Operation operation, Token& token) {
    return boost::asio::async_compose<Token, void(Results...)>(std::move(operation), token,
                                                               state_->executor);
  }

  std::shared_ptr<State> state_;
};

}  // namespace catena::net
