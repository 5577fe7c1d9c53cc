// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace catena::dns {

/// A parameter of SVCB that is known by name (RFC 9460 section 14.3.2, RFC 9461 section 5).
struct ServiceKey {
  enum class Form : std::uint8_t {
    keys,       ///< Two bytes each, ascending.
    protocols,  ///< Length and bytes each, printed as one string with commas.
    nothing,
    number,  ///< Two bytes.
    ipv4_list,
    base64,
    ipv6_list,
    text,
  };
  std::string_view name;
  Form form;
};

/// By number: key 0 comes first.
inline constexpr ServiceKey kServiceKeys[] = {
    {"mandatory", ServiceKey::Form::keys},          {"alpn", ServiceKey::Form::protocols},
    {"no-default-alpn", ServiceKey::Form::nothing}, {"port", ServiceKey::Form::number},
    {"ipv4hint", ServiceKey::Form::ipv4_list},      {"ech", ServiceKey::Form::base64},
    {"ipv6hint", ServiceKey::Form::ipv6_list},      {"dohpath", ServiceKey::Form::text},
};

/// Null for a key without a name here.
inline const ServiceKey* find_service_key(std::uint16_t key) {
  return key < std::size(kServiceKeys) ? &kServiceKeys[key] : nullptr;
}

}  // namespace catena::dns
