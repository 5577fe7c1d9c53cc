// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/query.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

// Logged as {size} and counted: 28 bytes where CoreDNS had 39, as long as the OPT was left out.
TEST_CASE("a question of the server's own has the size of one that a client sends", "[query]") {
  test::TestEngine engine;
  for (const std::uint16_t size : {0, 1232}) {
    test::QueryOptions options;
    if (size != 0) options.edns_size = size;
    const auto bytes = test::query_bytes("example.org. A", options);
    Query parent(engine);
    parent.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
    Query own(engine);
    own.begin_like(parent, parent.question());
    CHECK(own.size() == bytes.size());
  }
}

}  // namespace
}  // namespace catena
