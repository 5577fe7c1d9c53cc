// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/question.hpp"

#include "core/dns/message.hpp"
#include "core/dns/name.hpp"

namespace catena::sim {

std::array<std::uint8_t, 2> two_bytes(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::vector<std::uint8_t> question_of(std::string_view name, dns::Type type, std::size_t id) {
  const auto [high, low] = two_bytes(id);
  std::vector<std::uint8_t> message{high, low, 1, 0, 0, 1};
  message.resize(dns::kHeaderSize);
  const dns::Name wire = dns::Name::parse(name).value();
  const auto bytes = wire.view().bytes();
  message.insert(message.end(), bytes.begin(), bytes.end());
  for (const std::size_t number : {static_cast<std::size_t>(type), std::size_t{1}}) {
    const auto pair = two_bytes(number);
    message.insert(message.end(), pair.begin(), pair.end());
  }
  return message;
}

}  // namespace catena::sim
