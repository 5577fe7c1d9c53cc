// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/events.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace catena::net {

/// What a call that never waits has done.
struct Moved {
  enum class How : std::uint8_t {
    some,    ///< `size` bytes, at least one.
    later,   ///< Nothing now: wait.
    end,     ///< The peer sends no more. Reading only.
    failed,  ///< The connection is of no use any more: `error` says why, as errno.
  };
  How how = How::later;
  std::size_t size = 0;
  int error = 0;
};

/// A connection: bytes in, bytes out, in the manner of non-blocking sockets. Whoever has read or
/// written all it could asks for a wait and is told by its Events. Destroying it closes it. One
/// thread, that of its event loop.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Who is told; outlives the stream, or its close().
  virtual void attach(Events& events) = 0;

  /// At most as much as there is room for; `room` is not empty.
  virtual Moved read_some(std::span<std::uint8_t> room) = 0;
  /// The first byte that a read would give; nothing where it would not give any.
  virtual std::optional<std::uint8_t> peek() = 0;
  /// From the beginning of `bytes`, which is not empty.
  virtual Moved write_some(std::span<const std::uint8_t> bytes) = 0;

  /// One wait of each kind at a time; asking again meanwhile changes nothing.
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;

  /// What is written from here on leaves together with the end, as far as it has not left before
  /// the close(): a peer that reads the last of it sees the end at once, and sends nothing into the
  /// gap between the two.
  virtual void join_end() = 0;
  virtual void close() = 0;

  /// As close(), but the peer is told that it failed, and what it has not taken is dropped.
  virtual void reset() = 0;

  /// Takes the lowest number that is free for its descriptor, where that is lower, and returns the
  /// number that it has now. Before attach().
  virtual int renumber() = 0;

  /// Bytes of memory that the kernel holds because the peer has not taken them.
  virtual std::size_t unsent() const = 0;
};

}  // namespace catena::net
