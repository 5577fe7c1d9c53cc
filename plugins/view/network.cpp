// SPDX-License-Identifier: Apache-2.0
#include "plugins/view/network.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <functional>

namespace catena::view {
namespace {

constexpr unsigned kMappedBits = 96;

using Bytes = std::array<std::uint8_t, 16>;

struct Address {
  Bytes bytes;
  bool v4_text;  ///< Written as IPv4, so that its prefix counts from there.
};

constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_v4(const Bytes& bytes) {
  return std::equal(bytes.begin(), bytes.begin() + 12, kMapped.begin());
}

std::optional<Address> parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> zero_ended{};
  if (text.size() >= zero_ended.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), zero_ended.begin());
  if (std::memchr(zero_ended.data(), 0, text.size()) != nullptr) return std::nullopt;
  Address address{kMapped, true};
  if (inet_pton(AF_INET, zero_ended.data(), address.bytes.data() + 12) == 1) return address;
  address.v4_text = false;
  if (inet_pton(AF_INET6, zero_ended.data(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool good = error == std::errc() && end == text.data() + text.size() && bits <= most;
  if (!good) return std::nullopt;
  return bits;
}

bool same_bits(const Bytes& left, const Bytes& right, unsigned bits) {
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return ((left[at] ^ right[at]) >> (8 - bits % 8)) == 0;
}

// No network needs more bytes of text: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128".
constexpr std::size_t kWorthKeeping = INET6_ADDRSTRLEN + 3;

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  auto bits = parse_prefix(text.substr(slash + 1), address->v4_text ? 32 : 128);
  if (!bits) return std::nullopt;
  if (address->v4_text) *bits += kMappedBits;
  if (is_v4(address->bytes)) *bits = std::max(*bits, kMappedBits);
  return Network{address->bytes, *bits};
}

std::optional<Network> Networks::read(std::string_view text) {
  if (text.empty() || text.size() > kWorthKeeping) return parse_network(text);
  Read& read = reads_[std::hash<std::string_view>()(text) % reads_.size()];
  if (read.text != text) read = {std::string(text), parse_network(text)};
  return read.network;
}

Membership Networks::membership(std::string_view address, std::string_view network) {
  const auto inner = parse(address);
  if (!inner) return Membership::bad_address;
  const std::optional<Network> outer = read(network);
  if (!outer) return Membership::bad_network;
  const bool same_family = is_v4(inner->bytes) == is_v4(outer->bytes);
  const bool inside = same_family && same_bits(inner->bytes, outer->bytes, outer->bits);
  return inside ? Membership::inside : Membership::outside;
}

}  // namespace catena::view
