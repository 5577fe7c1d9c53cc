// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_stream.hpp"

#include <memory>
#include <vector>

namespace catena::sim {

/// The end of a connection that is not the server's, plain or not: what it says and hears. One
/// thread.
class ClientEnd {
 public:
  virtual ~ClientEnd() = default;

  virtual void send(std::span<const std::uint8_t> bytes) = 0;
  virtual std::vector<std::uint8_t> take(std::size_t most = SIZE_MAX) = 0;
  /// One read of the server gives it no more than this.
  virtual void limit_reads(std::size_t bytes) = 0;
  /// Half a close, behind what was sent.
  virtual void finish() = 0;
  virtual void reset() = 0;

  /// Bytes that were sent and that the server cannot have read yet.
  virtual std::size_t unread() const = 0;
  /// Bytes that went to and fro for it, of records that are not whole too.
  virtual std::size_t carried() const = 0;
  virtual bool end_joined() const = 0;
  virtual bool closed() const = 0;
};

class PlainEnd final : public ClientEnd {
 public:
  explicit PlainEnd(std::unique_ptr<net::MemoryPeer> peer) : peer_(std::move(peer)) {}

  void send(std::span<const std::uint8_t> bytes) override { peer_->send(bytes); }
  std::vector<std::uint8_t> take(std::size_t most) override {
    std::vector<std::uint8_t> taken = peer_->take(most);
    taken_ += taken.size();
    return taken;
  }
  void limit_reads(std::size_t bytes) override { peer_->limit_reads(bytes); }
  void finish() override { peer_->finish(); }
  void reset() override { peer_->reset(); }
  std::size_t unread() const override { return peer_->unread(); }
  std::size_t carried() const override { return taken_; }
  bool end_joined() const override { return peer_->end_joined(); }
  bool closed() const override { return peer_->closed(); }

 private:
  std::unique_ptr<net::MemoryPeer> peer_;
  std::size_t taken_ = 0;
};

}  // namespace catena::sim
