// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_tickets.hpp"

#include <openssl/rand.h>

#include <algorithm>

namespace catena::net {
namespace {

std::optional<TlsTickets::Key> make_key() {
  TlsTickets::Key key;
  key.newest = true;
  for (const std::span<std::uint8_t> part :
       {std::span<std::uint8_t>(key.name), std::span<std::uint8_t>(key.cipher),
        std::span<std::uint8_t>(key.mac)}) {
    if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) return std::nullopt;
  }
  return key;
}

}  // namespace

void TlsTickets::rotate() {
  const TimePoint now = clock_.now();
  const Duration age = now - made_;
  if (current_ && age < kPeriod) return;
  const bool forgotten = age >= 2 * kPeriod;
  previous_ = forgotten ? std::nullopt : current_;
  if (previous_) previous_->newest = false;
  current_ = make_key();
  made_ = now;
}

std::optional<TlsTickets::Key> TlsTickets::newest() {
  const std::lock_guard lock(mutex_);
  rotate();
  return current_;
}

std::optional<TlsTickets::Key> TlsTickets::find(std::span<const std::uint8_t, 16> name) {
  const std::lock_guard lock(mutex_);
  rotate();
  for (const auto& key : {current_, previous_}) {
    if (key && std::equal(name.begin(), name.end(), key->name.begin())) return key;
  }
  return std::nullopt;
}

}  // namespace catena::net
