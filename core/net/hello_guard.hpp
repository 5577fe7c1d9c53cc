// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace catena::net {

/// Reads along what a client sends before anything is encrypted, and finds messages that say they
/// are long: OpenSSL makes room for 128 KiB as soon as a client hello claims to have them, so that
/// nine bytes of a client would cost that much.
class HelloGuard {
 public:
  /// A hello with the keys of several groups, also those against quantum computers, is 2 KiB.
  static constexpr std::size_t kMost = 16 * 1024;

  /// The next bytes. `tls13`: the server has settled for TLS 1.3, where a client's change of cipher
  /// means nothing (RFC 8446 appendix D.4). False where a message is too long.
  bool see(std::span<const std::uint8_t> bytes, bool tls13);

 private:
  bool see_one(std::uint8_t byte, bool tls13);
  bool begin_record(bool tls13);

  bool done_ = false;  // What follows is encrypted, or nonsense that OpenSSL refuses.
  std::array<std::uint8_t, 5> record_{};  // Type, version, length.
  std::size_t record_read_ = 0;
  std::size_t record_left_ = 0;
  bool skipped_ = false;                   // The record is none of a handshake.
  std::array<std::uint8_t, 4> message_{};  // Type, length.
  std::size_t message_read_ = 0;
  std::size_t message_left_ = 0;
};

}  // namespace catena::net
