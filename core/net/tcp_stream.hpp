// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/byte_stream.hpp"
#include "core/net/readiness.hpp"

#include <memory>

namespace catena::net {

/// A connected TCP socket of the kernel.
class TcpStream final : public ByteStream {
 public:
  /// A non-blocking socket that is connected.
  TcpStream(boost::asio::any_io_executor executor, Descriptor socket)
      : readiness_(std::make_unique<Readiness>(std::move(executor), std::move(socket))) {}

  void attach(Events& events) override { readiness_->attach(events); }
  Moved read_some(std::span<std::uint8_t> room) override;
  std::optional<std::uint8_t> peek() override;
  Moved write_some(std::span<const std::uint8_t> bytes) override;
  void wait_readable() override { readiness_->wait_readable(); }
  void wait_writable() override { readiness_->wait_writable(); }
  void join_end() override;
  void close() override;
  void reset() override;
  int renumber() override;
  std::size_t unsent() const override;

 private:
  std::unique_ptr<Readiness> readiness_;
  bool end_joined_ = false;
};

}  // namespace catena::net
