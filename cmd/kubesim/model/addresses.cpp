// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace catena::kubesim {
namespace {

namespace ip = boost::asio::ip;

using Bytes = std::array<unsigned char, 16>;

Bytes bytes_of(const ip::address& address) {
  Bytes bytes{};
  if (address.is_v6()) return address.to_v6().to_bytes();
  const auto four = address.to_v4().to_bytes();
  std::ranges::copy(four, bytes.begin());
  return bytes;
}

unsigned width(const ip::address& address) { return address.is_v6() ? 128 : 32; }

ip::address masked(const ip::address& address, unsigned prefix) {
  Bytes bytes = bytes_of(address);
  for (unsigned bit = prefix; bit < width(address); ++bit) {
    bytes[bit / 8] &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  }
  if (address.is_v6()) return ip::address_v6(bytes);
  return ip::address_v4(ip::address_v4::bytes_type{bytes[0], bytes[1], bytes[2], bytes[3]});
}

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::optional(address);
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  Network result;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + slash + 1, end, result.prefix_);
  if (!address || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (result.prefix_ > width(*address)) return std::nullopt;
  result.base_ = masked(*address, result.prefix_);
  return result;
}

bool Network::contains(const ip::address& address) const {
  return address.is_v6() == is_v6() && masked(address, prefix_) == base_;
}

ip::address Network::at(std::uint64_t index) const {
  Bytes bytes = bytes_of(base_);
  const unsigned last = width(base_) / 8;
  for (unsigned i = 0; i < 8 && i < last; ++i) {
    bytes[last - 1 - i] |= static_cast<unsigned char>(index >> (8 * i));
  }
  if (is_v6()) return ip::address_v6(bytes);
  return ip::address_v4(ip::address_v4::bytes_type{bytes[0], bytes[1], bytes[2], bytes[3]});
}

std::uint64_t Network::size() const {
  return std::uint64_t{1} << std::min(width(base_) - prefix_, 32U);
}

std::string Network::text() const { return fmt::format("{}/{}", base_.to_string(), prefix_); }

AddressPool::AddressPool(Network network, std::uint64_t first)
    : network_(network),
      first_(first),
      end_(network.size() - (network.is_v6() ? 0 : 1)),
      next_(first) {}

std::optional<std::string> AddressPool::allocate() {
  const std::uint64_t places = end_ > first_ ? end_ - first_ : 0;
  for (std::uint64_t tried = 0; tried < places; ++tried) {
    if (next_ >= end_) next_ = first_;
    std::string candidate = network_.at(next_++).to_string();
    if (taken_.insert(candidate).second) return candidate;
  }
  return std::nullopt;
}

bool AddressPool::claim(std::string_view address) {
  const auto parsed = parse_address(address);
  return parsed && network_.contains(*parsed) && taken_.insert(parsed->to_string()).second;
}

void AddressPool::release(std::string_view address) {
  if (const auto found = taken_.find(address); found != taken_.end()) taken_.erase(found);
}

bool AddressPool::contains(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed && network_.contains(*parsed);
}

}  // namespace catena::kubesim
