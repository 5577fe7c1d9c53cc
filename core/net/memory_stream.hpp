// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace catena::net {

/// The other end of a connection in memory, as a test drives it: it sends in pieces, takes what it
/// likes, stalls, ends its half, resets. Nothing is lost and nothing takes time; what it does is
/// seen when the event loop turns. Outlives its stream or not. One thread.
class MemoryPeer {
 public:
  /// Bytes that may be on their way to the peer before the stream's writes have to wait.
  static constexpr std::size_t kWindow = 64 * 1024;

  explicit MemoryPeer(boost::asio::any_io_executor executor, std::size_t window = kWindow);
  ~MemoryPeer();

  /// The end for the code under test. Once.
  std::unique_ptr<ByteStream> stream();

  void send(std::span<const std::uint8_t> bytes);
  /// Half a close: the stream reads the end after what was sent.
  void finish();
  /// Both directions fail at once, what is on its way is lost.
  void reset();

  /// What the stream has written, at most `most` bytes of it: makes room in the window.
  std::vector<std::uint8_t> take(std::size_t most = SIZE_MAX);

  /// Bytes that were sent and not read yet, and written and not taken yet.
  std::size_t unread() const;
  std::size_t untaken() const;
  /// One read gives no more than this.
  void limit_reads(std::size_t bytes);

  /// What renumber() of the stream says, one after the other; then 0.
  void number(std::deque<int> numbers);

  /// The stream wanted the end to come in one with its last bytes.
  bool end_joined() const;
  bool closed() const;

 private:
  friend class MemoryStream;
  struct Link;
  std::shared_ptr<Link> link_;
};

}  // namespace catena::net
