// SPDX-License-Identifier: Apache-2.0
#include "core/base/descriptors.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

namespace catena {
namespace {

TEST_CASE("a part of the descriptors is kept from clients, less from pages, least from upstreams",
          "[descriptors]") {
  struct Row {
    std::size_t all, clients, pages, upstreams;
  };
  for (const Row& row :
       {Row{64, 48, 56, 60}, Row{1024, 768, 896, 960}, Row{1u << 20, 1047552, 1048064, 1048320}}) {
    const DescriptorLimit limit{row.all};
    CHECK(limit.for_clients() == row.clients);
    CHECK(limit.for_pages() == row.pages);
    CHECK(limit.for_upstreams() == row.upstreams);
  }
}

TEST_CASE("the soft limit becomes the hard one", "[descriptors]") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit low{64, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(descriptor_limit().all == 64);
  raise_descriptor_limit();
  CHECK(descriptor_limit().all > 64);
  CHECK(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

}  // namespace
}  // namespace catena
