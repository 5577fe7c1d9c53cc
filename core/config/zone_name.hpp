// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// The transport that a server block's key or an upstream's address names.
enum class Scheme : std::uint8_t { dns, tls, quic, grpc, https, https3, unix_socket };

/// "dns", "tls", ... as they are written before "://".
std::string_view to_string(Scheme scheme);

/// 53, 853, 853, 443, 443, 443, and 0 for a Unix socket.
std::uint16_t default_port(Scheme scheme);

/// A text split as CoreDNS splits a key or a plugin's zone argument.
struct ZoneSpec {
  Scheme scheme = Scheme::dns;
  std::vector<std::string> zones;  ///< Lower-case, fully qualified; several for a split network.
  std::optional<long> port;        ///< As written, not yet checked for its range.
};

/// Takes `[scheme://]zone-or-network[:port]` apart. An unknown scheme is part of the name, as in
/// CoreDNS. On failure nothing comes back and `error` says why in CoreDNS's words.
std::optional<ZoneSpec> parse_zone(std::string_view text, std::string& error);

/// A plugin's zone arguments: networks expanded, scheme and port dropped, entries that do not parse
/// dropped as CoreDNS drops them.
std::vector<std::string> parse_zones(const std::vector<std::string>& texts);

/// True for a name in presentation form whose labels are 1 to 63 bytes and whose wire form is at
/// most 255, with or without the final dot; "." is legal, the empty text is not.
bool is_domain_name(std::string_view name);

/// The name with its final dot and its ASCII letters in lower case.
std::string qualified(std::string_view name);

/// The reverse zones of `address/prefix`, at the next step of 8 bits (IPv4) or 4 bits (IPv6).
/// Nothing when the text is no network.
std::optional<std::vector<std::string>> reverse_zones(std::string_view network);

}  // namespace catena::config
