// SPDX-License-Identifier: Apache-2.0
#include "core/net/address_text.hpp"

namespace catena::net {

AddressText::AddressText(const boost::asio::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    inet_ntop(AF_INET, bytes.data(), text_.data(), text_.size());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    inet_ntop(AF_INET6, bytes.data(), text_.data(), text_.size());
  }
}

}  // namespace catena::net
