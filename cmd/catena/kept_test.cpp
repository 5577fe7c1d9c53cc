// SPDX-License-Identifier: Apache-2.0
// What outlives a reload and what does not, with the plugins of this build: a Corefile is read
// while the one before is still held, and the keeper counts what is new.
#include "cmd/catena/load.hpp"
#include "plugins/registry.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace catena {
namespace {

class House {
 public:
  std::shared_ptr<const server::Configuration> read(const std::string& lines) {
    config::Diagnostics diagnostics(config::Place::elsewhere);
    auto loaded = load({"Corefile", ".:53 {\n" + lines + "\n}\n"}, 53, plugin_registry(),
                       parts_.process, diagnostics);
    INFO(config::format(diagnostics.errors()));
    REQUIRE(diagnostics.ok());
    return std::move(loaded.configuration);
  }

  std::size_t kept() {
    parts_.keeper.forget_unheld();
    return parts_.keeper.size();
  }

  /// Lines of metrics.
  std::ptrdiff_t series() const {
    const std::string text = parts_.metrics.text();
    return std::count(text.begin(), text.end(), '\n');
  }

 private:
  test::TestProcess parts_;
};

struct Case {
  const char* name;
  const char* before;
  const char* after;
  std::size_t made_anew;
};

const Case kCases[] = {
    {"a cache, where nothing of its block has changed", "cache\nwhoami", "cache\nwhoami", 0},
    {"no cache, where anything has: its answers may be others", "cache\nwhoami",
     "cache\nlog\nwhoami", 1},
    {"the health of an upstream, however it is asked and checked", "forward . 192.0.2.1",
     "forward . 192.0.2.1 {\nforce_tcp\nhealth_check 1s\nmax_fails 9\n}", 0},
    {"and in whatever company", "forward . 192.0.2.1 192.0.2.2", "forward . 192.0.2.1:53", 0},
    {"not that of another port", "forward . 192.0.2.1", "forward . 192.0.2.1:5353", 1},
    {"nor that of the same address behind another interface", "forward . fe80::1%one",
     "forward . fe80::1%two", 1},
    {"the pages of an address", "health :8080\nready :8080", "health :8080 {\nlameduck 1s\n}", 0},
    {"not those of another one", "health :8080", "health :8081", 1},
    {"a cluster, whatever is answered of it", "kubernetes a.test {\nendpoint http://192.0.2.1\n}",
     "kubernetes b.test {\nendpoint http://192.0.2.1\nttl 30\nfallthrough\nnamespaces x\n"
     "startup_timeout 1s\n}",
     0},
    {"not another cluster", "kubernetes a.test {\nendpoint http://192.0.2.1\n}",
     "kubernetes a.test {\nendpoint http://192.0.2.2\n}", 1},
    {"nor one of which something else is followed",
     "kubernetes a.test {\nendpoint http://192.0.2.1\n}",
     "kubernetes a.test {\nendpoint http://192.0.2.1\npods verified\n}", 1},
};

TEST_CASE("what outlives a reload", "[kept]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      House house;
      auto before = house.read(c.before);
      const std::size_t kept = house.kept();
      REQUIRE(kept > 0);
      const auto after = house.read(c.after);
      CHECK(house.kept() == kept + c.made_anew);
      before.reset();
      CHECK(house.kept() <= kept);
    }
  }
}

TEST_CASE("a hundred reloads leave nothing behind", "[kept]") {
  House house;
  std::size_t kept = 0;
  std::ptrdiff_t series = 0;
  std::shared_ptr<const server::Configuration> running;
  for (int i = 0; i < 100; ++i) {
    for (const Case& c : kCases) running = house.read(c.after);
    for (const Case& c : kCases) running = house.read(c.before);
    if (i == 0) kept = house.kept();
    if (i == 0) series = house.series();
  }
  CHECK(house.kept() == kept);
  CHECK(house.series() == series);
  running.reset();
  CHECK(house.kept() == 0);
}

}  // namespace
}  // namespace catena
