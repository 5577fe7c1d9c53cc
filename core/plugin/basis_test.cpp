// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/basis.hpp"

#include <catch2/catch.hpp>

#include <optional>

namespace catena {
namespace {

TEST_CASE("what an answer is based on is current until the data change") {
  VersionedData data;
  Basis basis;
  basis.add(data.version());
  const KeptBasis kept(basis);
  CHECK(kept.current());
  data.changed();
  CHECK_FALSE(kept.current());
}

TEST_CASE("an answer that is kept outlives its data, and is not current then") {
  std::optional<VersionedData> data;
  data.emplace();
  Basis basis;
  basis.add(data->version());
  const KeptBasis kept(basis);
  data.reset();
  CHECK_FALSE(kept.current());
}

TEST_CASE("of two looks at the same data the older one decides") {
  VersionedData data;
  Basis basis;
  basis.add(data.version());
  data.changed();
  basis.add(data.version());
  CHECK(basis.parts().size() == 1);
  CHECK_FALSE(KeptBasis(basis).current());
}

TEST_CASE("an answer that is given again depends on what it was made of") {
  VersionedData data;
  Basis first;
  first.add(data.version());
  const KeptBasis kept(first);
  data.changed();
  Basis second;
  kept.add_to(second);
  CHECK_FALSE(KeptBasis(second).current());
}

TEST_CASE("more data than there is room for are not forgotten") {
  VersionedData data[Basis::kMost + 1];
  Basis basis;
  for (const VersionedData& each : data) basis.add(each.version());
  CHECK(basis.too_many());
  Basis other;
  other.add(basis);
  CHECK(other.too_many());
  basis.clear();
  CHECK(basis.empty());
  CHECK_FALSE(basis.too_many());
}

}  // namespace
}  // namespace catena
