// SPDX-License-Identifier: Apache-2.0
#include "core/client/fault.hpp"

#include "core/base/host_port.hpp"
#include "core/base/system_text.hpp"
#include "core/dns/message.hpp"

#include <fmt/format.h>

namespace catena::client {
namespace {

std::string_view operation(Fault::During during) {
  switch (during) {
    case Fault::During::dial:
    case Fault::During::bind:
      return "dial";
    case Fault::During::write:
      return "write";
    default:
      return "read";
  }
}

std::string_view system_call(Fault::During during) {
  switch (during) {
    case Fault::During::dial:
      return "connect";
    case Fault::During::bind:
      return "bind";
    case Fault::During::write:
      return "write";
    default:
      return "read";
  }
}

std::string path_of(const Fault& fault) {
  if (fault.local.address().is_unspecified()) return to_text(fault.remote);
  return to_text(fault.local) + "->" + to_text(fault.remote);
}

}  // namespace

std::string_view to_string(Wire wire) { return wire == Wire::udp ? "udp" : "tcp"; }

std::string to_text(const Endpoint& endpoint, std::string_view interface) {
  std::string address = endpoint.address().to_string();
  if (!interface.empty()) address.append("%").append(interface);
  return join_host_port(address, endpoint.port());
}

std::string to_text(const Fault& fault) {
  if (fault.during == Fault::During::limit) {
    return fmt::format("too many queries in flight to {}", to_text(fault.remote));
  }
  if (fault.during == Fault::During::match) {
    return fmt::format("{} answered another question", to_text(fault.remote));
  }
  if (fault.during == Fault::During::decode) {
    return fmt::format("dns: {}", dns::to_string(static_cast<dns::Error>(fault.error)));
  }
  if (fault.tls) return *fault.tls;
  if (fault.error == Fault::kClosed) return "EOF";
  const std::string prefix =
      fmt::format("{} {} {}: ", operation(fault.during), to_string(fault.wire), path_of(fault));
  if (fault.error == Fault::kTimeout) return prefix + "i/o timeout";
  return fmt::format("{}{}: {}", prefix, system_call(fault.during), go_system_text(fault.error));
}

}  // namespace catena::client
