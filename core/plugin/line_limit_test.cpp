// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/line_limit.hpp"

#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

class Scene {
 public:
  Scene() {
    limit = std::make_shared<LineLimit>(Log(log).for_plugin("x"),
                                        registry.counter("left_out", "Lines."), clock);
  }
  void write(int times) {
    for (int i = 0; i < times; ++i) {
      limit->write(LogLevel::error, engine, [&] { return fmt::format("line {}", ++made); });
    }
  }

  test::LogLines log;
  metrics::Registry registry{2};
  ManualClock clock;
  test::TestEngine engine;
  std::shared_ptr<LineLimit> limit;
  int made = 0;
};

TEST_CASE("a flood of lines is as many as go in a second, and one about the rest", "[line_limit]") {
  Scene scene;
  scene.write(17000);
  REQUIRE(scene.log.lines.size() == LineLimit::kPerSecond);
  CHECK(scene.log.lines.back() == "[ERROR] plugin/x: line 100");
  // The text of a line that nobody will read is not made.
  CHECK(scene.made == LineLimit::kPerSecond + 1);
  CHECK(scene.registry.counter("left_out", "Lines.").value() == 16900);
  REQUIRE(scene.engine.run_until([&] { return scene.log.lines.size() > LineLimit::kPerSecond; }));
  CHECK(scene.log.lines.back() ==
        "[ERROR] plugin/x: 16900 more lines like this were left out: line 101");
}

TEST_CASE("each second has its lines, also behind one that had too many", "[line_limit]") {
  Scene scene;
  for (int second = 0; second < 3; ++second) {
    scene.write(150);
    scene.limit->tell();
    scene.clock.advance(std::chrono::seconds(1));
  }
  CHECK(scene.log.lines.size() == 3 * (LineLimit::kPerSecond + 1));
  CHECK(scene.log.lines.back() ==
        "[ERROR] plugin/x: 50 more lines like this were left out: line 303");
}

TEST_CASE("where nothing was left out nothing is told", "[line_limit]") {
  Scene scene;
  scene.write(LineLimit::kPerSecond);
  scene.limit->tell();
  CHECK(scene.log.lines.size() == LineLimit::kPerSecond);
}

}  // namespace
}  // namespace catena
