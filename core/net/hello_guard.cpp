// SPDX-License-Identifier: Apache-2.0
#include "core/net/hello_guard.hpp"

namespace catena::net {
namespace {
constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kHandshake = 22;
}  // namespace

bool HelloGuard::see(std::span<const std::uint8_t> bytes, bool tls13) {
  for (const std::uint8_t byte : bytes) {
    if (done_) return true;
    if (!see_one(byte, tls13)) return false;
  }
  return true;
}

bool HelloGuard::see_one(std::uint8_t byte, bool tls13) {
  if (record_left_ == 0) {
    record_[record_read_++] = byte;
    return record_read_ < record_.size() || begin_record(tls13);
  }
  --record_left_;
  if (skipped_) return true;
  if (message_left_ > 0) {
    --message_left_;
    return true;
  }
  message_[message_read_++] = byte;
  if (message_read_ < message_.size()) return true;
  message_read_ = 0;
  message_left_ = static_cast<std::size_t>(message_[1]) << 16 |
                  static_cast<std::size_t>(message_[2]) << 8 | message_[3];
  return message_left_ <= kMost;
}

bool HelloGuard::begin_record(bool tls13) {
  record_read_ = 0;
  record_left_ = static_cast<std::size_t>(record_[3]) << 8 | record_[4];
  skipped_ = record_[0] == kChangeCipherSpec && tls13;
  done_ = record_[0] != kHandshake && !skipped_;
  return true;
}

}  // namespace catena::net
