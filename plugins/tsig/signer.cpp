// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/signer.hpp"

#include "core/dns/bytes.hpp"
#include "core/plugin/engine.hpp"

namespace catena::tsig {
namespace {

// Seconds; RFC 8945 section 10 recommends them.
constexpr std::uint16_t kFudge = 300;

}  // namespace

Signer::Signer(const dns::Tsig& request, dns::TsigError error, std::uint64_t now)
    : record_{.key = request.key,
              .algorithm = request.algorithm,
              .fudge = kFudge,
              .error = static_cast<std::uint16_t>(error)},
      previous_(request.mac) {
  if (error != dns::TsigError::BadTime) return;
  // The client's own time and fudge, and in the other data the server's time (RFC 8945 section
  // 5.2.3).
  record_.time = request.time;
  record_.fudge = request.fudge;
  dns::store48(server_time_.data(), now);
  record_.other = server_time_;
}

Signer::Signer(const dns::Tsig& request, dns::TsigError error, std::uint64_t now, const Key& key)
    : Signer(request, error, now) {
  secret_ = key.secret;
  hmac_ = &key.hmac;
  mac_size_ = key.mac_size;
}

std::size_t Signer::reserves(Way way) const {
  if (way != Way::to_client) return 0;
  return dns::size_of(record_) - record_.mac.size() + mac_size_;
}

Passed Signer::leaving(const Query& query, const WireMessage& message) {
  if (message.way != Way::to_client) return message.size;
  const auto now = std::chrono::floor<std::chrono::seconds>(query.engine().clock().wall());
  record_.original_id = query.id();
  if (hmac_ != nullptr && record_.other.empty()) {
    record_.time = static_cast<std::uint64_t>(now.time_since_epoch().count());
  }
  // What others say of data, over an open channel, is not said with a signature (RFC 8945 section
  // 5.5).
  message.room[3] &= static_cast<std::uint8_t>(~dns::Flags::kAD);
  if (hmac_ != nullptr && !sign(message.room.first(message.size))) return dns::Rcode::ServFail;
  const auto size = dns::append_tsig(message.room, message.size, record_);
  if (!size) return dns::Rcode::ServFail;
  return *size;
}

bool Signer::sign(Bytes message) {
  std::array<std::uint8_t, 2> size;
  std::array<std::uint8_t, dns::kSignedVariables> variables;
  dns::store16(size.data(), static_cast<std::uint16_t>(previous_.size()));
  hmac_->begin(secret_);
  hmac_->add(size);
  hmac_->add(previous_);
  hmac_->add(message);
  if (first_) {
    hmac_->add(dns::signed_variables(record_, variables));
    hmac_->add(record_.other);
  } else {
    hmac_->add(dns::signed_timers(record_));
  }
  const std::optional<Mac> mac = hmac_->finish();
  if (!mac) return false;
  mac_ = *mac;
  record_.mac = previous_ = mac_.view();
  first_ = false;
  return true;
}

}  // namespace catena::tsig
