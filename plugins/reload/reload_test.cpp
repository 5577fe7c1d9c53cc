// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/reload/watcher.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

namespace catena::reload {

void setup(Setup& setup);

namespace {

using std::chrono::seconds;

/// A process whose Corefile is what the test says.
class FakeControl final : public Control {
 public:
  std::string running() const override { return running_; }
  std::optional<std::string> on_disk() const override { return disk; }
  void reload(std::function<void(const Result<void>&)> done) override {
    ++asked;
    const Result<void> result = error.empty() ? Result<void>() : Error{error};
    if (result) running_ = *disk;
    under_way_ = [done = std::move(done), result] { done(result); };
  }
  void finish() { std::exchange(under_way_, {})(); }

  std::optional<std::string> disk = "one";
  std::string error;
  int asked = 0;

 private:
  std::function<void()> under_way_;
  std::string running_ = "one";
};

struct Watched {
  FakeControl control;
  test::LogLines lines;
  metrics::Registry registry{2};
  std::shared_ptr<Watcher> watcher =
      std::make_shared<Watcher>(control, Log(lines).for_plugin("reload"), registry);
};

TEST_CASE("a Corefile that has not changed is left alone", "[reload]") {
  Watched watched;
  CHECK_FALSE(watched.watcher->look());
  CHECK(watched.registry.text().find("coredns_reload_version_info") == std::string::npos);
  CHECK(watched.registry.text().find("coredns_reload_failed_total 0") != std::string::npos);
}

TEST_CASE("a change is taken up, once", "[reload]") {
  Watched watched;
  watched.control.disk = "two";
  CHECK(watched.watcher->look());
  CHECK_FALSE(watched.watcher->look());  // Under way.
  watched.control.finish();
  CHECK_FALSE(watched.watcher->look());
  CHECK(watched.control.asked == 1);
  const std::string text = watched.registry.text();
  CHECK(text.find("coredns_reload_version_info{hash=\"sha512\",value=\"two\"} 1") !=
        std::string::npos);
}

TEST_CASE("what fails is said, counted, and tried again only when it changes", "[reload]") {
  Watched watched;
  watched.control.disk = "bad";
  watched.control.error = "Corefile:3: cache: no";
  CHECK(watched.watcher->look());
  watched.control.finish();
  CHECK(watched.lines.lines ==
        std::vector<std::string>{
            "[ERROR] plugin/reload: Corefile changed but reload failed: Corefile:3: cache: no"});
  CHECK(watched.registry.text().find("coredns_reload_failed_total 1") != std::string::npos);
  CHECK_FALSE(watched.watcher->look());
  watched.control.disk = "good";
  watched.control.error.clear();
  CHECK(watched.watcher->look());
  watched.control.finish();
  const std::string text = watched.registry.text();
  CHECK(text.find("value=\"good\"} 1") != std::string::npos);
  CHECK(text.find("value=\"bad\"") == std::string::npos);
}

TEST_CASE("a Corefile that stays wrong is tried, said and counted once", "[reload]") {
  Watched watched;
  watched.control.disk = "wrong";
  watched.control.error = "Corefile:1: Unknown directive 'x'";
  CHECK(watched.watcher->look());
  watched.control.finish();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(watched.watcher->look());
  CHECK(watched.control.asked == 1);
  CHECK(watched.lines.lines ==
        std::vector<std::string>{"[ERROR] plugin/reload: Corefile changed but reload failed: "
                                 "Corefile:1: Unknown directive 'x'"});
  CHECK(watched.registry.text().find("coredns_reload_failed_total 1") != std::string::npos);
}

TEST_CASE("the same mistake made again is another one", "[reload]") {
  Watched watched;
  watched.control.error = "Corefile:1: Unknown directive 'x'";
  for (int i = 0; i < 2; ++i) {
    watched.control.disk = "wrong";
    CHECK(watched.watcher->look());
    watched.control.finish();
    watched.control.disk = "one";
    CHECK_FALSE(watched.watcher->look());
  }
  CHECK(watched.registry.text().find("coredns_reload_failed_total 2") != std::string::npos);
}

TEST_CASE("a Corefile that is away is no trouble", "[reload]") {
  Watched watched;
  watched.control.disk = std::nullopt;
  CHECK_FALSE(watched.watcher->look());
  CHECK(watched.lines.lines.empty());
}

TEST_CASE("the running configuration is said once for all blocks of it", "[reload]") {
  Watched watched;
  const int first = 0, second = 0;
  watched.watcher->begin(&first, {});
  watched.watcher->begin(&second, {});
  watched.watcher->announce(&first);
  watched.watcher->announce(&second);
  CHECK(watched.lines.lines ==
        std::vector<std::string>{"[INFO] plugin/reload: Running configuration SHA512 = one"});
  watched.watcher->end(&second);
  watched.watcher->end(&first);
}

TEST_CASE("periods lie within half of the jitter around the interval", "[reload]") {
  Random random;
  Duration least = seconds(60), most = seconds(0);
  for (int i = 0; i < 1000; ++i) {
    const Duration period = draw_period({seconds(30), seconds(10)}, random);
    least = std::min(least, period);
    most = std::max(most, period);
  }
  CHECK(least >= seconds(25));
  CHECK(most <= seconds(35));
  CHECK(most - least > seconds(1));
  CHECK(draw_period({seconds(2), seconds(0)}, random) == seconds(2));
}

TEST_CASE("the reload line", "[reload][setup]") {
  struct Row {
    const char* name;
    const char* line;
    std::vector<std::string> errors;
  };
  const Row rows[] = {
      {"alone", "reload", {}},
      {"an interval", "reload 10s", {}},
      {"an interval and a jitter", "reload 10s 5s", {}},
      {"no jitter", "reload 2s 0s", {}},
      {"twice: the second one is ignored", "reload 10s\nreload nonsense", {}},
      {"an interval below two seconds",
       "reload 1s",
       {"Corefile:2: reload: interval value must be greater or equal to 2s, not '1s' "
        "(expected a duration such as 30s of at least 2s)"}},
      {"a jitter below one second",
       "reload 10s 500ms",
       {"Corefile:2: reload: jitter value must be 0 or greater or equal to 1s"}},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      CHECK(test::PluginSetup("reload", setup, row.line).errors() == row.errors);
    }
  }
  CHECK(test::PluginSetup("reload", setup, "reload 30").errors().size() == 1);
  CHECK(test::PluginSetup("reload", setup, "reload 30s 15s 5s").errors().size() == 1);
}

}  // namespace
}  // namespace catena::reload
