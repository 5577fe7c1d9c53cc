// SPDX-License-Identifier: Apache-2.0
#include "core/net/memory_stream.hpp"

#include "core/net/memory_events.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace catena::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::size_t move_front(Bytes& from, std::span<std::uint8_t> to) {
  const std::size_t size = std::min(from.size(), to.size());
  std::copy_n(from.begin(), size, to.begin());
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
  return size;
}

}  // namespace

struct MemoryPeer::Link {
  Link(boost::asio::any_io_executor executor, std::size_t bytes)
      : events(std::move(executor)), window(bytes) {}

  bool readable() const { return !to_stream.empty() || finished || was_reset; }
  bool writable() const { return to_peer.size() < window || was_reset; }

  MemoryEvents events;
  std::size_t window;
  std::size_t read_limit = SIZE_MAX;
  Bytes to_stream;
  Bytes to_peer;
  bool finished = false;  // By the peer.
  bool was_reset = false;
  bool end_joined = false;
  std::deque<int> numbers;
  bool closed = false;
};

/// The end for the code under test.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::shared_ptr<MemoryPeer::Link> link) : link_(std::move(link)) {}
  ~MemoryStream() override { close(); }

  void attach(Events& events) override { link_->events.attach(events); }

  Moved read_some(std::span<std::uint8_t> room) override {
    if (link_->was_reset || link_->closed) return {Moved::How::failed, 0, ECONNRESET};
    if (link_->to_stream.empty()) return {link_->finished ? Moved::How::end : Moved::How::later};
    const std::size_t most = std::min(room.size(), link_->read_limit);
    return {Moved::How::some, move_front(link_->to_stream, room.first(most))};
  }

  std::optional<std::uint8_t> peek() override {
    const bool there = !link_->was_reset && !link_->closed && !link_->to_stream.empty();
    return there ? std::optional(link_->to_stream.front()) : std::nullopt;
  }

  Moved write_some(std::span<const std::uint8_t> bytes) override {
    if (link_->was_reset || link_->closed) return {Moved::How::failed, 0, ECONNRESET};
    if (!link_->writable()) return {};
    const std::size_t size = std::min(bytes.size(), link_->window - link_->to_peer.size());
    link_->to_peer.insert(link_->to_peer.end(), bytes.begin(),
                          bytes.begin() + static_cast<std::ptrdiff_t>(size));
    return {Moved::How::some, size};
  }

  void wait_readable() override { link_->events.wait_readable(link_->readable()); }
  void wait_writable() override { link_->events.wait_writable(link_->writable()); }
  void join_end() override { link_->end_joined = true; }
  void close() override {
    link_->closed = true;
    link_->events.close();
  }
  void reset() override {
    link_->to_peer.clear();
    close();
  }
  int renumber() override {
    if (link_->numbers.empty()) return 0;
    const int number = link_->numbers.front();
    link_->numbers.pop_front();
    return number;
  }
  std::size_t unsent() const override { return link_->to_peer.size(); }

 private:
  std::shared_ptr<MemoryPeer::Link> link_;
};

MemoryPeer::MemoryPeer(boost::asio::any_io_executor executor, std::size_t window)
    : link_(std::make_shared<Link>(std::move(executor), window)) {}

MemoryPeer::~MemoryPeer() { reset(); }

std::unique_ptr<ByteStream> MemoryPeer::stream() { return std::make_unique<MemoryStream>(link_); }

void MemoryPeer::send(std::span<const std::uint8_t> bytes) {
  if (bytes.empty() || link_->finished) return;
  link_->to_stream.insert(link_->to_stream.end(), bytes.begin(), bytes.end());
  link_->events.now_readable();
}

void MemoryPeer::finish() {
  link_->finished = true;
  link_->events.now_readable();
}

void MemoryPeer::reset() {
  link_->was_reset = true;
  link_->to_stream.clear();
  link_->events.now_readable();
  link_->events.now_writable();
}

std::vector<std::uint8_t> MemoryPeer::take(std::size_t most) {
  Bytes taken(std::min(most, link_->to_peer.size()));
  move_front(link_->to_peer, taken);
  if (link_->writable()) link_->events.now_writable();
  return taken;
}

std::size_t MemoryPeer::unread() const { return link_->to_stream.size(); }
std::size_t MemoryPeer::untaken() const { return link_->to_peer.size(); }
void MemoryPeer::limit_reads(std::size_t bytes) { link_->read_limit = bytes; }
void MemoryPeer::number(std::deque<int> numbers) { link_->numbers = std::move(numbers); }
bool MemoryPeer::end_joined() const { return link_->end_joined; }
bool MemoryPeer::closed() const { return link_->closed; }

}  // namespace catena::net
