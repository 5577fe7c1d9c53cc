// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/subnet.hpp"
#include "core/config/values.hpp"
#include "core/plugin/server_counters.hpp"

#include "plugins/siit/siit.hpp"

#include <fmt/format.h>

namespace catena::siit {
namespace {

using boost::asio::ip::address;

void read_prefix(config::Property& line, AddressMap& addresses) {
  if (!line.expect_count(1)) return;
  const std::string word = line.take()->text;
  const auto network = config::parse_subnet(word);
  if (!network) return line.error(fmt::format("invalid CIDR address: {}", word));
  const std::string text = config::to_text(*network);
  if (network->address.is_v4()) {
    return line.error(fmt::format("invalid netmask 32 IPv6 address: \"{}\"", text));
  }
  if (!net::TranslationPrefix::is_length(network->bits)) {
    return line.error(
        fmt::format("invalid prefix length \"{}\": must be one of /32, /40, /48, /56, "
                    "/64, /96",
                    text));
  }
  const net::TranslationPrefix prefix(network->address.to_v6(), network->bits);
  if (!prefix.is_sound()) {
    return line.error(
        fmt::format("invalid prefix \"{}\": reserved octet (byte 8) must be zero", text));
  }
  addresses.set_prefix(prefix);
}

/// The words of an address; an IPv4 address that is written as IPv6 is IPv4.
std::optional<address> read_address(config::Property& line) {
  const std::string word = line.take()->text;
  auto read = word.find('%') == std::string::npos ? parse_address(word) : std::nullopt;
  if (!read) line.error(fmt::format("invalid IP address: \"{}\"", word));
  if (!read || read->is_v4() || !read->to_v6().is_v4_mapped()) return read;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, read->to_v6());
}

void read_pair(config::Property& line, AddressMap& addresses) {
  if (!line.expect_count(2)) return;
  const auto four = read_address(line);
  if (!four) return;
  if (!four->is_v4()) {
    return line.error(fmt::format("invalid IPv4 address: \"{}\"", four->to_string()));
  }
  const auto six = read_address(line);
  if (!six) return;
  if (!six->is_v6()) {
    return line.error(fmt::format("invalid IPv6 address: \"{}\"", six->to_string()));
  }
  addresses.add(four->to_v4().to_bytes(), six->to_v6().to_bytes());
}

// siit { ipv6_prefix PREFIX; eam IPV4 IPV6 ... }
void read(config::Directive& line, AddressMap& addresses) {
  line.expect_count(0);
  const config::Properties prefixes = line.each("ipv6_prefix");
  for (config::Property& one : prefixes) read_prefix(one, addresses);
  if (prefixes.size() > 1) line.warn("of several prefixes the last one counts");
  for (config::Property& one : line.each("eam")) read_pair(one, addresses);
  line.done();
}

}  // namespace

// Of several lines the last prefix counts, and pairs add up, as in CoreDNS.
void setup(Setup& setup) {
  AddressMap addresses;
  for (config::Directive& line : setup.directives()) read(line, addresses);
  setup.add(std::make_unique<Siit>(
      std::move(addresses), server_counters("coredns_siit_requests_translated_total",
                                            "Counter of DNS requests translated by siit.", setup)));
}

}  // namespace catena::siit
