// SPDX-License-Identifier: Apache-2.0
#include "core/config/size.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

TEST_CASE("sizes are read as Kubernetes writes them", "[config][size]") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("1024") == 1024);
  CHECK(parse_size("2Ki") == 2048);
  CHECK(parse_size("64Mi") == 64ull << 20);
  CHECK(parse_size("2Gi") == 2ull << 30);
  CHECK(parse_size("2k") == 2000);
  CHECK(parse_size("64M") == 64'000'000);
  CHECK(parse_size("1G") == 1'000'000'000);
  for (const char* word : {"", "Mi", "-1", "+1", "1.5Mi", "1 Mi", "1m", "1K", "1MiB", "1mi",
                           "18446744073709551616", "17179869184Gi"}) {
    CHECK_FALSE(parse_size(word));
  }
}

TEST_CASE("sizes are written in the largest unit that fits", "[config][size]") {
  CHECK(format_size(0) == "0 bytes");
  CHECK(format_size(1000) == "1000 bytes");
  CHECK(format_size(1024) == "1 KiB");
  CHECK(format_size(64ull << 20) == "64 MiB");
  CHECK(format_size(44'564'480) == "42.5 MiB");
  CHECK(format_size(3ull << 40) == "3072 GiB");
}

}  // namespace
}  // namespace catena::config
