// SPDX-License-Identifier: Apache-2.0
#include "core/net/translation_prefix.hpp"

#include <algorithm>

namespace catena::net {

TranslationPrefix::TranslationPrefix()
    : TranslationPrefix(asio::ip::make_address_v6("64:ff9b::"), 96) {}

TranslationPrefix::TranslationPrefix(const asio::ip::address_v6& network, unsigned bits)
    : size_(bits / 8) {
  const Sixteen bytes = network.to_bytes();
  std::copy_n(bytes.begin(), size_, prefix_.begin());
}

bool TranslationPrefix::is_length(unsigned bits) {
  constexpr std::array<unsigned, 6> kLengths{32, 40, 48, 56, 64, 96};
  return std::ranges::find(kLengths, bits) != kLengths.end();
}

std::size_t TranslationPrefix::place(std::size_t i) const {
  const std::size_t at = size_ + i;
  return size_ <= kReserved && at >= kReserved ? at + 1 : at;
}

TranslationPrefix::Sixteen TranslationPrefix::embed(const Four& address) const {
  Sixteen whole = prefix_;
  for (std::size_t i = 0; i < address.size(); ++i) whole[place(i)] = address[i];
  return whole;
}

std::optional<TranslationPrefix::Four> TranslationPrefix::extract(const Sixteen& address) const {
  if (address[kReserved] != 0) return std::nullopt;
  if (!std::equal(prefix_.begin(), prefix_.begin() + static_cast<std::ptrdiff_t>(size_),
                  address.begin())) {
    return std::nullopt;
  }
  Four four;
  for (std::size_t i = 0; i < four.size(); ++i) four[i] = address[place(i)];
  return four;
}

}  // namespace catena::net
