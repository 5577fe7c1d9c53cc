// SPDX-License-Identifier: Apache-2.0
// After any loss of the API server what is known converges to what it holds within 15 s of its
// being back: every way of losing it, with everything that may be there afterwards, in both
// encodings, with few objects and with more than are read again each time.
#include "test/kubernetes/world.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <random>

namespace catena::following {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kConverged = seconds(15);
constexpr int kMany = 510;
constexpr int kWithEndpoints = 5;

/// Endpoints have the first of them only: of many Services there are few slices.
void create_some(Server& server, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string ip = fmt::format("10.247.{}.{}", 1 + i / 200, 1 + i % 200);
    const std::string name = fmt::format("s{}", i);
    i < kWithEndpoints ? server.put(name, ip) : server.put_service(name, ip);
  }
}

/// What a change needs to know.
struct Marks {
  std::uint64_t old = 0;  ///< Before the last three changes, a deletion among them.
  int objects = 0;
};

using Change = std::function<void(World&, const Marks&)>;

struct Way {
  const char* name;
  std::function<void(World&, const std::function<void()>&)> lose;
};

struct Afterwards {
  const char* name;
  Change change;
};

void fault(World& world, const char* text) {
  static_cast<void>(world.server().cluster().faults.configure(*kubesim::parse_json(text)));
}

void away(World& world, const std::function<void()>& change, Duration time) {
  world.network().break_connections();
  world.network().reachable = false;
  world.run(time);
  change();
  world.network().reachable = true;
}

/// The API server before the change answers with this for a while.
void failing(World& world, const std::function<void()>& change, const char* text) {
  fault(world, text);
  world.network().break_connections();
  world.run(minutes(10));
  world.server().no_faults();
  change();
  world.network().break_connections();
}

const Way kWays[] = {
    {"the connection breaks",
     [](World& world, const auto& change) {
       change();
       world.network().break_connections();
     }},
    {"it is silent, then the connection breaks",
     [](World& world, const auto& change) {
       change();
       world.network().break_connections(http::FailureKind::timeout);
     }},
    {"watches end in order, and a proxy keeps the connection",
     [](World& world, const auto& change) {
       world.network().end_watches();
       change();
     }},
    {"the same, again and again",
     [](World& world, const auto& change) {
       for (int i = 0; i < 6; ++i) {
         world.network().end_watches();
         world.run(std::chrono::milliseconds(300));
       }
       world.network().end_watches();
       change();
     }},
    {"it refuses connections for ten minutes",
     [](World& world, const auto& change) { away(world, change, minutes(10)); }},
    {"it refuses connections for a second",
     [](World& world, const auto& change) { away(world, change, seconds(1)); }},
    {"it answers with 503 for ten minutes",
     [](World& world, const auto& change) { failing(world, change, R"({"status": 503})"); }},
    {"it is overloaded for ten minutes",
     [](World& world, const auto& change) { failing(world, change, R"({"status": 429})"); }},
    {"it does not know us for ten minutes",
     [](World& world, const auto& change) { failing(world, change, R"({"status": 403})"); }},
    {"it has forgotten everything for ten minutes",
     [](World& world, const auto& change) {
       failing(world, change, R"({"gone": true, "gone_lists": true})");
     }},
    {"it sends garbage for ten minutes",
     [](World& world, const auto& change) {
       world.network().garbage = true;
       world.network().break_connections();
       world.run(minutes(10));
       world.network().garbage = false;
       change();
     }},
};

void restore(World& world, const Marks& marks) {
  Server& server = world.server();
  server.cluster().store.restore(std::min(marks.old, server.version()));
}

void others_under_the_same_versions(World& world, const Marks& marks) {
  Server& server = world.server();
  const std::uint64_t before = server.version();
  restore(world, marks);
  server.put("other", "10.247.9.2");
  while (server.version() < before) server.use_up_version();
}

void another_cluster(World& world, const Marks& marks, std::uint64_t version) {
  world.network().replace_server();
  create_some(world.server(), marks.objects);
  world.server().put("s0", "10.247.9.3");
  while (world.server().version() < version) world.server().use_up_version();
}

const Afterwards kAfterwards[] = {
    {"what was there", [](World&, const Marks&) {}},
    {"what was there, and changes since",
     [](World& world, const Marks&) {
       world.server().put("new", "10.247.9.1");
       world.server().put("s1", "10.247.9.4");
       world.server().remove("s2");
     }},
    {"its history is forgotten, with changes since",
     [](World& world, const Marks&) {
       world.server().put("new", "10.247.9.1");
       world.server().remove("s2");
       world.server().cluster().store.forget_history();
     }},
    {"nothing",
     [](World& world, const Marks&) {
       world.network().replace_server();
       while (world.server().version() < 2000) world.server().use_up_version();
     }},
    {"it was restored from an older state", restore},
    {"it was restored, and the versions are used up by others",
     [](World& world, const Marks& marks) {
       const std::uint64_t before = world.server().version();
       restore(world, marks);
       while (world.server().version() < before + 5) world.server().use_up_version();
     }},
    {"it was restored, and other objects have the versions", others_under_the_same_versions},
    {"another cluster, with lower versions",
     [](World& world, const Marks& marks) {
       world.network().replace_server();
       create_some(world.server(), marks.objects / 2);
     }},
    {"another cluster with the same names at the same versions",
     [](World& world, const Marks& marks) {
       another_cluster(world, marks, world.server().version());
     }},
    {"another cluster with the same names and higher versions",
     [](World& world, const Marks& marks) {
       another_cluster(world, marks, world.server().version() + 100);
     }},
};

/// Follows a cluster through its last changes.
Marks follow(World& world, int objects) {
  Server& server = world.server();
  create_some(server, objects);
  server.put("doomed", "10.247.8.1");
  world.run(seconds(1));
  REQUIRE(world.known() == server.holds());
  const Marks marks{server.version(), objects};
  server.put("late", "10.247.8.2");
  server.put("s0", "10.247.8.3");
  server.remove("doomed");
  world.network().bookmark();
  world.run(seconds(30));
  REQUIRE(world.known() == server.holds());
  return marks;
}

/// Each pair, or of many objects, which take their time, each `stride`th.
void converges(Encoding encoding, int objects, int stride) {
  int pair = 0;
  for (const Way& way : kWays) {
    for (const Afterwards& afterwards : kAfterwards) {
      if (++pair % stride != 0) continue;
      World world(encoding);
      const Marks marks = follow(world, objects);
      way.lose(world, [&] { afterwards.change(world, marks); });
      world.run(kConverged);
      INFO(way.name << "; afterwards: " << afterwards.name << "\n" << world.log());
      CHECK(world.known() == world.server().holds());
      // And it is followed from there.
      world.server().put("after", "10.247.8.9");
      world.run(seconds(1));
      CHECK(world.known() == world.server().holds());
    }
  }
}

}  // namespace

TEST_CASE("what is known converges after any loss: few objects, protobuf") {
  converges(Encoding::protobuf, 5, 1);
}

TEST_CASE("what is known converges after any loss: few objects, JSON") {
  converges(Encoding::json, 5, 1);
}

TEST_CASE("what is known converges after any loss: many objects, protobuf") {
  converges(Encoding::protobuf, kMany, 3);
}

TEST_CASE("what is known converges after any loss: many objects, JSON") {
  converges(Encoding::json, kMany, 7);
}

/// One life of a cluster, the same for the same seed.
void live_through(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto one_of = [&random](const auto& all) -> const auto& {
    return all[random() % std::size(all)];
  };
  World world(random() % 2 == 0 ? Encoding::protobuf : Encoding::json);
  Marks marks = follow(world, random() % 8 == 0 ? kMany : 5);
  std::string story = fmt::format("seed {}", seed);
  for (int step = 0; step < 12; ++step) {
    const std::string name = fmt::format("s{}", random() % 8);
    const std::uint64_t kind = random() % 8;
    if (kind < 3) world.server().put(name, fmt::format("10.247.7.{}", 1 + random() % 250));
    if (kind == 3) world.server().remove(name);
    if (kind == 4) marks.old = world.server().version();
    if (kind == 5) world.network().bookmark();
    if (kind > 5) {
      const Way& way = one_of(kWays);
      const Afterwards& afterwards = one_of(kAfterwards);
      story += fmt::format("\n{}; afterwards: {}", way.name, afterwards.name);
      way.lose(world, [&] { afterwards.change(world, marks); });
    }
    world.run(std::chrono::milliseconds(random() % 2000));
  }
  world.run(kConverged);
  INFO(story << "\n" << world.log());
  CHECK(world.known() == world.server().holds());
}

TEST_CASE("what is known converges in any life of a cluster") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) live_through(seed);
}

TEST_CASE("a watch of many objects that ends as it should costs no list") {
  const Encoding encoding = GENERATE(Encoding::protobuf, Encoding::json);
  World world(encoding);
  create_some(world.server(), kMany);
  const bool live = GENERATE(true, false);
  world.run(seconds(1));
  if (live) world.server().put("late", "10.247.8.2");
  world.run(minutes(5));
  const std::uint64_t before = world.network().bytes();
  for (int i = 0; i < 10; ++i) {
    world.network().bookmark();
    world.network().end_watches();
    world.run(minutes(5));
  }
  // Ten times a question about one object and a few slices; a list of the Services has 200 KiB.
  CHECK(world.network().bytes() - before < 100'000);
  CHECK(world.known() == world.server().holds());
}

}  // namespace catena::following
