// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_port.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace catena::http {

/// A reader for core/config, of where to listen: `:8080` (every address of the host),
/// `localhost:9153`, `1.2.3.4:8080`, `[::1]:8080`, and `::1:8080`, where CoreDNS wants the
/// brackets: the last number is the port.
/// `directive.optional(http::listen_address(config.address))`.
struct ListenAddressReader {
  using Value = HostPort;
  HostPort& target;

  std::string noun() const { return "HOST:PORT, :PORT or [IPV6]:PORT"; }
  /// Nothing, or what is wrong with the word, in Go's words where it has some.
  std::optional<std::string> read(std::string_view word, HostPort& value) const;
  /// Go takes `localhost:` for any free port, which nobody can know beforehand.
  std::string doubt(std::string_view word) const;
};

inline ListenAddressReader listen_address(HostPort& target) { return {target}; }

}  // namespace catena::http
