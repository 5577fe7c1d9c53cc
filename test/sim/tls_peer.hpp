// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_stream.hpp"

#include "test/sim/client_end.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace catena::sim {

/// The far end of a connection of TLS, a client's or an upstream's, with the verbs of the
/// MemoryPeer below it, which carries the records: what it says and hears here is what TLS
/// protects. One thread.
class TlsPeer final : public ClientEnd {
 public:
  /// Begins a handshake, which carry() goes on with.
  TlsPeer(std::unique_ptr<net::MemoryPeer> wire, net::TlsHandle handle)
      : wire_(std::move(wire)), tls_(near_.stream(), std::move(handle), io_.get_executor()) {
    carry();
  }

  /// Leaves when the handshake is through.
  void send(std::span<const std::uint8_t> bytes) override {
    to_send_.insert(to_send_.end(), bytes.begin(), bytes.end());
    said_ += bytes.size();
    carry();
  }

  std::vector<std::uint8_t> take(std::size_t most = SIZE_MAX) override {
    carry();
    const auto size = static_cast<std::ptrdiff_t>(std::min(most, heard_.size()));
    std::vector<std::uint8_t> taken(heard_.begin(), heard_.begin() + size);
    heard_.erase(heard_.begin(), heard_.begin() + size);
    return taken;
  }

  /// Of the records' bytes.
  void limit_reads(std::size_t bytes) override { wire_->limit_reads(bytes); }

  void finish() override {
    carry();
    wire_->finish();
  }
  void reset() override { wire_->reset(); }

  /// Their records are not read whole.
  std::size_t unread() const override {
    const std::size_t read = carried_ - wire_->unread();
    std::size_t known = 0;
    for (const auto& [record, bytes] : ends_) {
      if (record <= read) known = bytes;
    }
    return said_ - known;
  }

  std::size_t carried() const override { return carried_ + carried_in_; }
  bool end_joined() const override { return wire_->end_joined(); }
  bool closed() const override { return wire_->closed(); }

  /// Whatever one end has for the other goes over. True where something did.
  bool carry() {
    bool any = false;
    for (bool more = true; more; any = any || more) {
      hear();
      say();
      more = carry_out();
      more = carry_in() || more;
    }
    return any;
  }

  /// From here on no more than so many bytes of records go over to the other end.
  void carry_at_most(std::size_t bytes) { carried_at_most_ = bytes; }
  /// Something does not go over for that.
  bool holds_back() const { return near_.untaken() > 0; }

  const net::TlsStream& tls() const { return tls_; }

 private:
  void hear() {
    std::vector<std::uint8_t> room(16 * 1024);
    for (;;) {
      const net::Moved moved = tls_.read_some(room);
      if (moved.how != net::Moved::How::some) return;
      heard_.insert(heard_.end(), room.begin(),
                    room.begin() + static_cast<std::ptrdiff_t>(moved.size));
    }
  }

  void say() {
    while (!to_send_.empty()) {
      const net::Moved moved = tls_.write_some(to_send_);
      if (moved.how != net::Moved::How::some) return;
      to_send_.erase(to_send_.begin(), to_send_.begin() + static_cast<std::ptrdiff_t>(moved.size));
      protected_ += moved.size;
    }
  }

  bool carry_out() {
    const std::vector<std::uint8_t> records = near_.take(carried_at_most_);
    if (records.empty()) return false;
    if (carried_at_most_ != SIZE_MAX) carried_at_most_ -= records.size();
    wire_->send(records);
    carried_ += records.size();
    if (!holds_back()) ends_.emplace_back(carried_, protected_);
    return true;
  }

  bool carry_in() {
    const std::vector<std::uint8_t> records = wire_->take();
    if (!records.empty()) near_.send(records);
    carried_in_ += records.size();
    return !records.empty();
  }

  boost::asio::io_context io_;  // Nobody waits on it.
  std::unique_ptr<net::MemoryPeer> wire_;
  net::MemoryPeer near_{io_.get_executor(), SIZE_MAX};
  net::TlsStream tls_;
  std::vector<std::uint8_t> to_send_;
  std::vector<std::uint8_t> heard_;
  std::vector<std::pair<std::size_t, std::size_t>> ends_;  // Of records, and of what is in them.
  std::size_t carried_at_most_ = SIZE_MAX;
  std::size_t said_ = 0;
  std::size_t protected_ = 0;
  std::size_t carried_ = 0;  // Records of ours, and of the server.
  std::size_t carried_in_ = 0;
};

}  // namespace catena::sim
