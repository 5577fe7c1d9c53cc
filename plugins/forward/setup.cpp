// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/zone_name.hpp"

#include "plugins/forward/forward.hpp"
#include "plugins/forward/targets.hpp"
#include "plugins/forward/tls.hpp"

#include <fmt/format.h>

namespace catena::forward {
namespace {

using config::Directive;
using config::Property;
constexpr Duration kNone = Duration::zero();

void read_from(const Setup& setup, Directive& line, Settings& settings) {
  const config::Word* word = line.take();
  if (word == nullptr) return;
  line.expect_zone(*word);
  std::string ignored;
  const auto spec = config::parse_zone(word->text, ignored);
  if (!spec || spec->zones.empty()) {
    return line.error(fmt::format("unable to normalize '{}'", word->text));
  }
  if (spec->zones.size() > 1) {
    line.warn(
        fmt::format("Unsupported CIDR notation: '{}' expands to multiple zones. Using only '{}'.",
                    word->text, spec->zones.front()));
  }
  const auto name = dns::Name::parse(spec->zones.front());
  if (!name) return line.error(fmt::format("unable to normalize '{}'", word->text));
  settings.from = *name;
  settings.from.fold();
  setup.warn_outside(line, {settings.from});
}

void read_except(const Setup& setup, Directive& line, Settings& settings) {
  std::vector<dns::Name> names;
  for (Property& one : line.each("except")) {
    if (!one.expect_count(1, config::kAny)) continue;
    const Zones zones = setup.zones(one);
    names.insert(names.end(), zones.names().begin(), zones.names().end());
  }
  settings.except = Zones(std::move(names));
}

void read_health_check_option(Property& line, client::HealthCheck& check) {
  const std::string option = line.take()->text;
  if (option == "no_rec") {
    check.recursion_desired = false;
  } else if (option != "domain") {
    line.error("health_check: unknown option " + option);
  } else if (line.expect_count(1, config::kAny)) {
    const std::string text = line.take()->text;
    const auto name = dns::Name::parse(config::qualified(text));
    if (!config::is_domain_name(text) || !name) {
      return line.error("health_check: invalid domain name " + text);
    }
    check.domain = *name;
  }
}

void read_health_check(Directive& line, client::HealthCheck& check) {
  for (Property& one : line.each("health_check")) {
    if (!one.required(check.interval, config::at_least(kNone))) continue;
    while (!one.empty() && !one.failed()) read_health_check_option(one, check);
  }
}

void read_rcodes(Directive& line, std::string_view name, std::vector<dns::Rcode>& rcodes) {
  for (Property& one : line.each(name)) {
    if (!one.expect_count(1, config::kAny)) continue;
    while (const config::Word* word = one.take()) {
      const auto rcode = dns::parse_rcode(word->text);
      if (!rcode) {
        one.error(fmt::format("{} is not a valid rcode", word->text));
      } else if (name == "failover" && *rcode == dns::Rcode::NoError) {
        one.error("NoError cannot be used in failover");
      } else {
        rcodes.push_back(*rcode);
      }
    }
  }
}

void read_addresses(Directive& line, Settings& settings) {
  asio::ip::address source;
  const auto invalid = config::unreadable_says("invalid IP address: {}");
  if (line.has("source_address") && line.property("source_address", source, invalid)) {
    settings.upstream.source = source;
  }
  for (Property& one : line.each("resolver")) {
    if (!one.expect_count(1, config::kAny)) continue;
    while (!one.empty()) {
      client::Endpoint resolver;
      const auto says =
          config::unreadable_says("resolver must be an IP address or IP:port: \"{}\"");
      if (one.required(config::endpoint(resolver, 53), says))
        settings.resolvers.push_back(resolver);
    }
  }
}

void read_transport(Directive& line, Settings& settings) {
  bool force_tcp = false;
  bool prefer_udp = false;
  line.flag("force_tcp", force_tcp);
  line.flag("prefer_udp", prefer_udp);
  if (prefer_udp) settings.carry = Carry::prefer_udp;
  if (force_tcp) settings.carry = Carry::force_tcp;
  settings.upstream.health_check.wire = force_tcp ? client::Wire::tcp : client::Wire::udp;
  const auto positive = config::at_least(Duration(1));
  line.property("read_timeout", settings.read_timeout, positive);
  line.not_in_this_build("doh_method");
}

void read_connections(Directive& line, client::UpstreamOptions& options) {
  line.property("expire", options.expire, config::at_least(kNone));
  line.property("max_age", options.max_age, config::at_least(kNone));
  line.property("max_idle_conns", options.max_idle);
  if (options.max_age != kNone && options.max_age < options.expire) {
    line.error(fmt::format("max_age ({}) must not be less than expire ({})",
                           config::format_duration(options.max_age),
                           config::format_duration(options.expire)));
  }
}

void read_attempts(Directive& line, Settings& settings) {
  line.property("max_fails", settings.max_fails);
  std::uint32_t attempts = 0;
  if (line.has("max_connect_attempts") && line.property("max_connect_attempts", attempts)) {
    settings.max_connect_attempts = attempts;
  }
  line.property("max_concurrent", settings.max_concurrent, config::at_least(0));
  line.flag("next_on_nodata", settings.next_on_nodata);
  line.flag("failfast_all_unhealthy_upstreams", settings.failfast_all_unhealthy);
  const auto policy = config::one_of(settings.policy, {{"random", Policy::random},
                                                       {"round_robin", Policy::round_robin},
                                                       {"sequential", Policy::sequential}});
  line.property("policy", policy, config::unreadable_says("unknown policy '{}'"));
}

// With several attempts a server that swallows SYNs must leave time for the others.
Duration dial_limit(const Settings& settings) {
  constexpr Duration window = std::chrono::seconds(5);
  return settings.max_connect_attempts == 1u ? window : window / 2;
}

Settings read(const Setup& setup, Directive& line) {
  Settings settings;
  if (line.expect_count(2, config::kAny)) {
    read_from(setup, line, settings);
    settings.targets = take_targets(line);
  }
  read_except(setup, line, settings);
  read_transport(line, settings);
  read_tls(line, settings);
  read_health_check(line, settings.upstream.health_check);
  read_connections(line, settings.upstream);
  read_attempts(line, settings);
  read_rcodes(line, "next", settings.next);
  read_rcodes(line, "failover", settings.failover);
  read_addresses(line, settings);
  settings.upstream.dial_limit = dial_limit(settings);
  return settings;
}

}  // namespace

void setup(Setup& setup) {
  const auto tried = std::make_shared<const UpstreamSlot>();
  for (Directive& line : setup.directives()) {
    Settings settings = read(setup, line);
    if (!line.done()) continue;
    setup.add(std::make_unique<Forward>(std::move(settings), setup.process(), tried));
  }
}

}  // namespace catena::forward
