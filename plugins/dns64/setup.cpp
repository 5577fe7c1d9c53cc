// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/subnet.hpp"
#include "core/plugin/server_counters.hpp"

#include "plugins/dns64/dns64.hpp"

#include <fmt/format.h>

namespace catena::dns64 {
namespace {

void read_prefix(config::Arguments& line, Settings& settings) {
  const std::string word = line.take()->text;
  const auto network = config::parse_subnet(word);
  if (!network) return line.error(fmt::format("invalid CIDR address: {}", word));
  const std::string text = config::to_text(*network);
  if (network->address.is_v4()) {
    return line.error(fmt::format("invalid netmask 32 IPv6 address: \"{}\"", text));
  }
  if (!net::TranslationPrefix::is_length(network->bits)) {
    return line.error(fmt::format("invalid prefix length \"{}\"", text));
  }
  settings.prefix = net::TranslationPrefix(network->address.to_v6(), network->bits);
  if (!settings.prefix.is_sound()) {
    line.warn(fmt::format("bits 64 to 71 of {} should be zero (RFC 6052)", text));
  }
}

// dns64 [PREFIX] { prefix PREFIX; translate_all; allow_ipv4 }
void read(config::Directive& line, Settings& settings) {
  if (line.expect_count(0, 1) && !line.empty()) read_prefix(line, settings);
  const config::Properties prefixes = line.each("prefix");
  for (config::Property& one : prefixes) {
    if (one.expect_count(1)) read_prefix(one, settings);
  }
  if (prefixes.size() > 1) line.warn("of several prefixes the last one counts");
  line.flag("translate_all", settings.translate_all);
  line.flag("allow_ipv4", settings.allow_ipv4);
  line.done();
}

}  // namespace

// Of several lines the last prefix counts, and the options add up, as in CoreDNS.
void setup(Setup& setup) {
  Settings settings;
  for (config::Directive& line : setup.directives()) read(line, settings);
  setup.add(std::make_unique<Dns64>(
      settings, server_counters("coredns_dns64_requests_translated_total",
                                "Counter of DNS requests translated by dns64.", setup)));
}

}  // namespace catena::dns64
