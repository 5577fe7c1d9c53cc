// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"
#include "core/dns/record.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace catena::cache {

/// What an answer depends on besides the question, as bits of a key.
struct Variant {
  static constexpr std::uint8_t kDnssecOk = 1;
  static constexpr std::uint8_t kCheckingDisabled = 2;
  /// A success that does not answer its question, kept beside the one that does (prefer_positive).
  static constexpr std::uint8_t kNoAnswer = 4;
};

/// The identity of an answer: variant, type, class and the name in small letters. Owns its bytes.
class Key {
 public:
  Key(const dns::Question& question, std::uint8_t variant) : size_(kFixed + question.name.size()) {
    const auto type = static_cast<std::uint16_t>(question.type);
    const auto qclass = static_cast<std::uint16_t>(question.qclass);
    bytes_[0] = variant;
    bytes_[1] = static_cast<std::uint8_t>(type >> 8);
    bytes_[2] = static_cast<std::uint8_t>(type);
    bytes_[3] = static_cast<std::uint8_t>(qclass >> 8);
    bytes_[4] = static_cast<std::uint8_t>(qclass);
    dns::fold_to(question.name, bytes_.data() + kFixed);
  }

  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }

 private:
  static constexpr std::size_t kFixed = 5;
  std::array<std::uint8_t, kFixed + dns::NameView::kMaxSize> bytes_;
  std::size_t size_;
};

}  // namespace catena::cache
