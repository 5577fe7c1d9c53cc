// SPDX-License-Identifier: Apache-2.0
#include "core/base/host_name.hpp"

#include <boost/asio/ip/host_name.hpp>

namespace catena {

std::string host_name() {
  boost::system::error_code error;
  const std::string name = boost::asio::ip::host_name(error);
  return error || name.empty() ? "localhost" : name;
}

}  // namespace catena
