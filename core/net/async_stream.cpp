// SPDX-License-Identifier: Apache-2.0
#include "core/net/async_stream.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

namespace catena::net {
namespace {
constexpr Moved kClosed{Moved::How::failed, 0, ECANCELED};
}  // namespace

AsyncStream::State::State(executor_type on, std::unique_ptr<ByteStream> bytes)
    : executor(std::move(on)),
      stream(std::move(bytes)),
      readers(executor, boost::asio::steady_timer::time_point::max()),
      writers(executor, boost::asio::steady_timer::time_point::max()) {
  stream->attach(*this);
}

boost::asio::steady_timer& AsyncStream::State::wait(Direction direction) {
  if (direction == Direction::reading) {
    stream->wait_readable();
    return readers;
  }
  stream->wait_writable();
  return writers;
}

Moved AsyncStream::State::read(std::span<std::uint8_t> room) {
  if (closed) return kClosed;
  return room.empty() ? Moved{Moved::How::some} : stream->read_some(room);
}

Moved AsyncStream::State::write(std::span<const std::uint8_t> bytes) {
  if (closed) return kClosed;
  return bytes.empty() ? Moved{Moved::How::some} : stream->write_some(bytes);
}

void AsyncStream::State::close() {
  if (closed) return;
  stream->close();
  end();
}

void AsyncStream::State::end() {
  closed = true;
  readers.cancel();
  writers.cancel();
}

std::unique_ptr<ByteStream> AsyncStream::release() {
  state_->end();
  return std::move(state_->stream);
}

AsyncStream::ErrorCode AsyncStream::error_of(const Moved& moved) {
  if (moved.how == Moved::How::some) return {};
  if (moved.how == Moved::How::end) return boost::asio::error::eof;
  return {moved.error, boost::system::system_category()};
}

}  // namespace catena::net
