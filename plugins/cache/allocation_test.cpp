// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/scripted.hpp"
#include "test/support/count_allocations.hpp"

namespace catena::cache {
namespace {

TEST_CASE("a hit allocates nothing") {
  test::Bed bed("cache {\nprefetch 1000000\nserve_stale\n}");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 60 IN CNAME a.example.org.",
                          "answer a.example.org. 60 IN A 192.0.2.1",
                          "answer a.example.org. 60 IN A 192.0.2.2"};
  bed.ask({.name = "www.example.org."});
  const auto bytes = test::Ask{.name = "www.example.org."}.bytes();
  const auto message = dns::MessageView::parse(bytes);
  std::uint64_t before = 0;
  for (int i = 0; i < 3; ++i) {
    before = catena::test::allocations_here;
    bed.query.begin(*message, bed.transport, bed.engine.time.now());
    const Reply reply = bed.chain.first()(bed.query);
    REQUIRE(reply.ready());
  }
  CHECK(catena::test::allocations_here - before == 0);
  CHECK(bed.query.response().answer().size() == 3);
  CHECK(bed.upstream->asked == 1);
}

TEST_CASE("a miss that does not wait allocates nothing of its own") {
  test::Bed bed("cache {\ndisable success\n}");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 60 IN A 192.0.2.1"};
  const auto bytes = test::Ask{.name = "www.example.org."}.bytes();
  const auto message = dns::MessageView::parse(bytes);
  const auto allocated = [&](Next next) {
    bed.query.begin(*message, bed.transport, bed.engine.time.now());
    const std::uint64_t before = catena::test::allocations_here;
    const Reply reply = next(bed.query);
    REQUIRE(reply.ready());
    return catena::test::allocations_here - before;
  };
  allocated(bed.chain.first());
  CHECK(allocated(bed.chain.first()) == allocated(Next(bed.chain, 1)));
}

}  // namespace
}  // namespace catena::cache
