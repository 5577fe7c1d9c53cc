// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <arpa/inet.h>
#include <array>
#include <string_view>

namespace catena::net {

/// An IP address as text on the stack, without brackets and without an interface.
class AddressText {
 public:
  explicit AddressText(const boost::asio::ip::address& address);
  std::string_view view() const { return text_.data(); }

 private:
  std::array<char, INET6_ADDRSTRLEN> text_{};
};

}  // namespace catena::net
