// SPDX-License-Identifier: Apache-2.0
#include "core/config/testing.hpp"

#include "plugins/cache/cache.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

namespace catena::cache {
namespace {

// Reads a directive as the first plugin of a block for example.org and example.net.
struct Read {
  explicit Read(const std::string& text) {
    const config::TestSource source{"example.org example.net {\n" + text + "\n}\n", {"cache"}};
    const config::Corefile corefile = config::parse_for_test(source, diagnostics);
    REQUIRE(diagnostics.ok());
    auto directives = config::directives_of(corefile.blocks.front(), "cache", diagnostics);
    const std::vector<dns::Name> zones{dns::Name::parse("example.org.").value(),
                                       dns::Name::parse("example.net.").value()};
    const Setup setup(parts.process, "cache", directives, zones, {}, listener, chain);
    settings = parse(setup, setup.once());
  }

  test::TestProcess parts;
  ListenerSettings listener;
  Chain chain;
  config::Diagnostics diagnostics;
  Settings settings;
};

std::string text_of(const ClassSettings& settings) {
  return fmt::format("{} {} {}", settings.capacity, settings.ttl, settings.min_ttl) +
         (settings.disabled.empty() ? "" : " -" + settings.disabled.to_text());
}

std::string text_of(const StaleSettings& stale) {
  if (!stale.on()) return " off";
  return fmt::format(" {} {} {} {} {}{}", config::format_duration(stale.window),
                     stale.mode == StaleMode::verify ? "verify" : "immediate",
                     config::format_duration(stale.verify_timeout), stale.ttl,
                     config::format_duration(stale.recheck),
                     stale.prefer_positive() ? " prefer_positive" : "");
}

// Only what differs from `cache`.
std::string text_of(const Settings& settings) {
  const Settings usual;
  std::string text;
  if (settings.zones.to_text() != "example.org.,example.net.") text += settings.zones.to_text();
  if (text_of(settings.success) != text_of(usual.success))
    text += " s=" + text_of(settings.success);
  if (text_of(settings.denial) != text_of(usual.denial)) text += " d=" + text_of(settings.denial);
  const PrefetchSettings& prefetch = settings.prefetch;
  if (prefetch.amount != 0) {
    text += fmt::format(" prefetch={} {} {}", prefetch.amount,
                        config::format_duration(prefetch.duration), prefetch.percentage);
  }
  if (settings.stale.on()) text += " stale=" + text_of(settings.stale);
  if (settings.servfail != usual.servfail) {
    text += " servfail=" + config::format_duration(settings.servfail);
  }
  if (settings.keep_ttl) text += " keepttl";
  return text;
}

TEST_CASE("what a Corefile says") {
  struct Case {
    const char* directive;
    const char* settings;
  };
  const Case c = GENERATE(values<Case>({
      {"cache", ""},
      {"cache 30", " s=10000 30 5 d=10000 30 5"},
      {"cache 30 example.com", "example.com. s=10000 30 5 d=10000 30 5"},
      {"cache example.com", "example.com."},
      {"cache 99999999999", " s=10000 4294967295 5 d=10000 4294967295 5"},
      {"cache {\nsuccess 500\n}", " s=500 3600 5"},
      {"cache {\nsuccess 0\ndenial -3\n}", " s=0 3600 5 d=-3 1800 5"},
      {"cache 9 {\nsuccess 500 60 0\ndenial 600 70\n}", " s=500 60 0 d=600 70 5"},
      {"cache {\nprefetch 10\n}", " prefetch=10 1m0s 10"},
      {"cache {\nprefetch 10 2m 90%\n}", " prefetch=10 2m0s 90"},
      {"cache {\nprefetch 0\n}", ""},
      {"cache {\nserve_stale\n}", " stale= 1h0m0s immediate 0s 0 0s"},
      {"cache {\nserve_stale 0\n}", ""},
      {"cache {\nserve_stale 10m Immediate 30s 1m\n}", " stale= 10m0s immediate 0s 30 1m0s"},
      {"cache {\nserve_stale 10m verify 500ms 30s 5m\n}", " stale= 10m0s verify 500ms 30 5m0s"},
      {"cache {\nserve_stale 10m verify 500ms\nserve_stale_policy Prefer_Positive\n}",
       " stale= 10m0s verify 500ms 0 0s prefer_positive"},
      {"cache {\nserve_stale_policy prefer_positive\nserve_stale\n}",
       " stale= 1h0m0s immediate 0s 0 0s prefer_positive"},
      {"cache {\nservfail 0\n}", " servfail=0s"},
      {"cache {\nservfail 5m\n}", " servfail=5m0s"},
      {"cache {\nkeepttl\n}", " keepttl"},
      {"cache {\ndisable success\n}", " s=10000 3600 5 -."},
      {"cache {\ndisable denial a.org b.org\n}", " d=10000 1800 5 -a.org.,b.org."},
      {"cache {\ndisable denial a.org\ndisable denial b.org\n}", " d=10000 1800 5 -b.org."},
      {"cache 30 {\ndisable success cluster.local\ndisable denial cluster.local\n}",
       " s=10000 30 5 -cluster.local. d=10000 30 5 -cluster.local."},
  }));
  DYNAMIC_SECTION(c.directive) {
    const Read read(c.directive);
    CHECK(config::lines_of(read.diagnostics.errors()) == std::vector<std::string>());
    CHECK(text_of(read.settings) == c.settings);
  }
}

TEST_CASE("what a Corefile must not say") {
  struct Case {
    const char* directive;
    const char* error;  // A part of the only error line.
  };
  const Case c = GENERATE(values<Case>({
      {"cache 0", "Corefile:2: cache: cache TTL can not be zero or negative: 0"},
      {"cache -1", "cache TTL can not be zero or negative: -1"},
      {"cache\ncache", "Corefile:3: cache: this plugin can only be used once per Server Block"},
      {"cache {\nsuccess\n}", "Corefile:3: cache: Wrong argument count"},
      {"cache {\nsuccess many\n}", "expected a whole number, not 'many'"},
      {"cache {\nsuccess 10 0\n}", "cache TTL can not be zero or negative: 0"},
      {"cache {\ndenial 10 10 -1\n}", "cache min TTL can not be negative: -1"},
      {"cache {\ndenial 10 10 10 10\n}", "Wrong argument count"},
      {"cache {\nprefetch\n}", "Wrong argument count"},
      {"cache {\nprefetch -1\n}", "prefetch amount should be positive: -1"},
      {"cache {\nprefetch 1 10\n}", "time: missing unit in duration"},
      {"cache {\nprefetch 1 1m 10\n}", "last character of percentage should be `%`, but is: '0'"},
      {"cache {\nprefetch 1 1m 9%\n}", "percentage should fall in range [10, 90]: 9"},
      {"cache {\nprefetch 1 1m 91%\n}", "percentage should fall in range [10, 90]: 91"},
      {"cache {\nprefetch 1 1m x%\n}", "expected a percentage such as 20%, not 'x%'"},
      {"cache {\nprefetch 1 1m 10% 2\n}", "Wrong argument count"},
      {"cache {\nserve_stale 20\n}", "time: missing unit in duration"},
      {"cache {\nserve_stale -5s\n}", "invalid negative duration for serve_stale"},
      {"cache {\nserve_stale 5s soon\n}", "invalid value for serve_stale refresh mode: soon"},
      {"cache {\nserve_stale 5s immediate 1s 6m\n}", "6m"},
      {"cache {\nserve_stale 5s immediate 1500ms\n}", "a duration finer than is possible here"},
      {"cache {\nserve_stale 5s immediate 4294967296s\n}", "4294967296s"},
      {"cache {\nserve_stale 5s immediate 1s 1s 1s\n}", ""},
      {"cache {\nserve_stale 5s verify -1s\n}", "-1s"},
      {"cache {\nserve_stale 5s verify 1s 1s 1s 1s\n}", "Wrong argument count"},
      {"cache {\nserve_stale_policy prefer_positive\n}", "serve_stale_policy requires serve_stale"},
      {"cache {\nserve_stale\nserve_stale_policy other\n}", "prefer_positive"},
      {"cache {\nserve_stale\nserve_stale_policy prefer_positive\nserve_stale_policy "
       "prefer_positive\n}",
       "Corefile:5: cache: serve_stale_policy can only be given once"},
      {"cache {\nservfail\n}", "Wrong argument count"},
      {"cache {\nservfail 5\n}", "time: missing unit in duration"},
      {"cache {\nservfail -1s\n}", "invalid negative ttl for servfail"},
      {"cache {\nservfail 301s\n}", "caching SERVFAIL responses over 5 minutes is not permitted"},
      {"cache {\ndisable\n}", "Wrong argument count"},
      {"cache {\ndisable errors\n}", "cache type for disable must be \"success\" or \"denial\""},
      {"cache {\nkeepttl yes\n}", "yes"},
      {"cache {\nsucces 10\n}", "unknown property 'succes'"},
  }));
  DYNAMIC_SECTION(c.directive) {
    const Read read(c.directive);
    const auto lines = config::lines_of(read.diagnostics.errors());
    CAPTURE(lines);
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().find(c.error) != std::string::npos);
  }
}

}  // namespace
}  // namespace catena::cache
