// SPDX-License-Identifier: Apache-2.0
#include "core/config/values.hpp"

#include "plugins/cache/cache.hpp"

#include <algorithm>
#include <limits>

namespace catena::cache {
namespace {

using config::at_least;
using config::between;
using config::out_of_range_says;

constexpr std::string_view kTtlText = "cache TTL can not be zero or negative: {}";
constexpr std::string_view kMinTtlText = "cache min TTL can not be negative: {}";
constexpr long long kMostSeconds = std::numeric_limits<std::uint32_t>::max();

/// `20%`, as a whole number from 10 to 90.
struct Percentage {
  using Value = int;
  int& target;

  std::string noun() const { return "a percentage such as 20%"; }
  config::Reason read(std::string_view word, int& value) const {
    if (!word.ends_with('%')) return ending_text(word);
    const auto number = config::parse_signed(word.substr(0, word.size() - 1));
    if (!number) return std::string();
    if (*number < 10 || *number > 90) {
      return fmt::format("percentage should fall in range [10, 90]: {}", *number);
    }
    value = static_cast<int>(*number);
    return std::nullopt;
  }

 private:
  static std::string ending_text(std::string_view word) {
    const std::string_view last = word.substr(word.empty() ? 0 : word.size() - 1);
    return fmt::format("last character of percentage should be `%`, but is: '{}'", last);
  }
};

std::uint32_t seconds_of(long long ttl) {
  return static_cast<std::uint32_t>(std::min(ttl, kMostSeconds));
}

/// [TTL] [MINTTL]
void parse_ttls(config::Arguments& arguments, ClassSettings& settings) {
  long long ttl = settings.ttl;
  long long min_ttl = settings.min_ttl;
  arguments.optional(ttl, at_least(1), out_of_range_says(kTtlText));
  arguments.optional(min_ttl, at_least(0), out_of_range_says(kMinTtlText));
  settings.ttl = seconds_of(ttl);
  settings.min_ttl = seconds_of(min_ttl);
}

void parse_class(config::Directive& directive, std::string_view name, ClassSettings& settings) {
  for (config::Property& line : directive.each(name)) {
    if (!line.expect_count(1, 3)) continue;
    line.required(settings.capacity);
    parse_ttls(line, settings);
  }
}

void parse_prefetch(config::Directive& directive, PrefetchSettings& settings) {
  for (config::Property& line : directive.each("prefetch")) {
    if (!line.expect_count(1, 3)) continue;
    line.required(settings.amount, at_least(0),
                  out_of_range_says("prefetch amount should be positive: {}"));
    line.optional(settings.duration);
    line.optional(Percentage{settings.percentage});
  }
}

/// [RESPONSE_TTL [FAILURE_RECHECK]]
void parse_stale_end(config::Arguments& line, StaleSettings& settings) {
  std::chrono::seconds ttl(settings.ttl);
  line.optional(ttl, between(std::chrono::seconds(0), std::chrono::seconds(kMostSeconds)));
  settings.ttl = static_cast<std::uint32_t>(ttl.count());
  line.optional(settings.recheck, between(Duration(0), Duration(std::chrono::minutes(5))));
}

void parse_stale(config::Directive& directive, StaleSettings& settings) {
  for (config::Property& line : directive.each("serve_stale")) {
    if (!line.expect_count(0, 5)) continue;
    settings = {.window = std::chrono::hours(1), .policy = settings.policy};
    line.optional(settings.window, at_least(Duration(0)),
                  out_of_range_says("invalid negative duration for serve_stale"));
    line.optional(
        config::one_of(settings.mode,
                       {{"immediate", StaleMode::immediate}, {"verify", StaleMode::verify}},
                       config::Case::ignored),
        config::unreadable_says("invalid value for serve_stale refresh mode: {}"));
    if (settings.mode == StaleMode::verify) {
      line.optional(settings.verify_timeout, at_least(Duration(0)));
    }
    parse_stale_end(line, settings);
  }
}

void parse_policy(config::Directive& directive, StaleSettings& settings) {
  const config::Properties lines = directive.each("serve_stale_policy");
  const bool stale = directive.has("serve_stale");
  for (config::Property& line : lines) {
    if (&line != &lines.front().get()) line.error("serve_stale_policy can only be given once");
    if (!stale) line.error("serve_stale_policy requires serve_stale");
    if (!line.expect_count(1)) continue;
    line.required(config::one_of(settings.policy,
                                 {{"prefer_positive", StalePolicy::prefer_positive}},
                                 config::Case::ignored));
  }
}

void parse_servfail(config::Directive& directive, Duration& servfail) {
  for (config::Property& line : directive.each("servfail")) {
    if (!line.expect_count(1)) continue;
    Duration value = servfail;
    if (!line.required(value, at_least(Duration(0)),
                       out_of_range_says("invalid negative ttl for servfail"))) {
      continue;
    }
    if (value > std::chrono::minutes(5)) {
      line.error("caching SERVFAIL responses over 5 minutes is not permitted");
      continue;
    }
    servfail = value;
  }
}

void parse_disable(const Setup& setup, config::Directive& directive, Settings& settings) {
  for (config::Property& line : directive.each("disable")) {
    Fate type = Fate::not_kept;
    const auto words = config::one_of(type, {{"success", Fate::success}, {"denial", Fate::denial}});
    if (!line.required(words, config::unreadable_says(
                                  R"(cache type for disable must be "success" or "denial")"))) {
      continue;
    }
    ClassSettings& of = type == Fate::success ? settings.success : settings.denial;
    of.disabled = line.empty() ? Zones({dns::Name()}) : setup.zones(line);
  }
}

/// All that the answers of a block may depend on.
struct BlockIdentity {
  std::vector<std::string> servers;
  std::vector<dns::Name> zones;
  std::string text;
  bool operator==(const BlockIdentity&) const = default;
};

BlockIdentity identity_of(const Setup& setup) {
  BlockIdentity identity{{}, setup.block_zones(), setup.block_text()};
  for (const ServerLabel& server : setup.servers()) identity.servers.push_back(server.text);
  return identity;
}

std::shared_ptr<Memory> memory_for(const Setup& setup, const Settings& settings) {
  const auto make = [&setup, &settings] {
    return std::make_shared<Memory>(settings, setup.process().epoch);
  };
  if (setup.block_text().empty()) return make();
  return setup.process().keeper.keep<Memory>(identity_of(setup), make);
}

}  // namespace

Settings parse(const Setup& setup, config::Directive& directive) {
  Settings settings;
  if (directive.next_is_integer()) {
    long long ttl = 0;
    directive.required(ttl, at_least(1), out_of_range_says(kTtlText));
    settings.success.ttl = settings.denial.ttl = seconds_of(ttl);
  }
  settings.zones = setup.zones(directive);
  parse_class(directive, "success", settings.success);
  parse_class(directive, "denial", settings.denial);
  parse_prefetch(directive, settings.prefetch);
  parse_stale(directive, settings.stale);
  parse_policy(directive, settings.stale);
  parse_servfail(directive, settings.servfail);
  parse_disable(setup, directive, settings);
  directive.flag("keepttl", settings.keep_ttl);
  directive.done();
  return settings;
}

void setup(Setup& setup) {
  const Settings settings = parse(setup, setup.once());
  setup.add(std::make_unique<Cache>(settings,
                                    Meters(setup.metrics(), setup.servers(), settings.zones),
                                    memory_for(setup, settings), setup.metrics().lanes()));
}

}  // namespace catena::cache
