// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_material.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace catena::net {

/// What a server's context promises its clients: equal where they cannot tell two of them apart.
struct TlsPolicy {
  using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256

  Digest certificates{};  ///< Of the chain, each as DER.
  ClientAuth client_auth = ClientAuth::none;
  std::optional<Digest> authorities;  ///< Of the set of them; nothing: the system's.

  bool operator==(const TlsPolicy&) const = default;
};

/// In which respect two blocks of one listener disagree, in CoreDNS 1.15's words ("client CA pools
/// differ"); empty where they do not.
constexpr std::string_view difference(const TlsPolicy& one, const TlsPolicy& other) {
  if (one.client_auth != other.client_auth) return "client authentication policies differ";
  if (one.authorities != other.authorities) return "client CA pools differ";
  if (one.certificates != other.certificates) return "server certificates differ";
  return {};
}

}  // namespace catena::net
