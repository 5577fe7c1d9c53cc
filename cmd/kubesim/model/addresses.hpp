// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace catena::kubesim {

/// A network with its prefix, IPv4 or IPv6.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
  [[nodiscard]] bool is_v6() const { return base_.is_v6(); }
  /// The address at that place of the network; only the last 64 bits are counted.
  [[nodiscard]] boost::asio::ip::address at(std::uint64_t index) const;
  /// How many addresses there are, at most 2^32.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::string text() const;

 private:
  boost::asio::ip::address base_;
  unsigned prefix_ = 0;
};

/// Hands out addresses of one network in order and comes back to a released one only after all
/// others, so that a new pod never gets the address of the one just deleted.
class AddressPool {
 public:
  /// `first` is the first place handed out; places before it and the last of IPv4 are never.
  AddressPool(Network network, std::uint64_t first);
  /// The next free address, or nothing when all are taken.
  std::optional<std::string> allocate();
  /// Takes a given address; false if it is outside or taken.
  bool claim(std::string_view address);
  void release(std::string_view address);
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] std::size_t used() const { return taken_.size(); }
  [[nodiscard]] const Network& network() const { return network_; }

 private:
  Network network_;
  std::uint64_t first_;
  std::uint64_t end_;
  std::uint64_t next_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace catena::kubesim
