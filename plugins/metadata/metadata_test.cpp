// SPDX-License-Identifier: Apache-2.0
#include "plugins/metadata/metadata.hpp"

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::metadata {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;

/// Knows one value, and how often somebody asked.
class Source final : public MetadataSource {
 public:
  std::string_view metadata(Query&, std::string_view label) const override {
    ++asked;
    return label == "test/colour" ? "green" : std::string_view();
  }
  mutable int asked = 0;
};

struct Case {
  const char* name;
  const char* block;
  std::vector<std::string> keys;
  const char* question;
  const char* value;
};

const Case kCases[] = {
    {"all names of the block", "metadata", {"."}, "a.example. A", "green"},
    {"no others", "metadata", {"example.org"}, "a.example. A", ""},
    {"names below its zones", "metadata example", {"."}, "a.EXAMPLE. A", "green"},
    {"and only those", "metadata example example.net", {"."}, "example.org. A", ""},
    {"a network stands for its reverse zone",
     "metadata 10.0.0.0/8",
     {"."},
     "1.0.0.10.in-addr.arpa. PTR",
     "green"},
};

TEST_CASE("values are there for names in the zones", "[metadata]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      test::PluginSetup read("metadata", setup, c.block, c.keys);
      REQUIRE(read.errors().empty());
      const std::vector<MetadataScope*> scopes = read.chain().with<MetadataScope>();
      REQUIRE(scopes.size() == 1);
      Source source;
      const MetadataSources sources({&source}, scopes.front()->metadata_zones());
      test::TestEngine engine;
      Query query(engine);
      const auto bytes = test::query_bytes(c.question);
      query.begin(*dns::MessageView::parse(bytes), Transport(), engine.clock().now());
      query.set_block({}, {}, &sources);
      CHECK(source.asked == 0);
      CHECK(query.metadata("test/colour") == c.value);
      CHECK(query.metadata("test/other").empty());
    }
  }
}

struct Mistake {
  const char* name;
  const char* block;
  Texts errors;
};

const Mistake kMistakes[] = {
    {"twice",
     "metadata\nmetadata",
     {"Corefile:3: metadata: this plugin can only be used once per Server Block"}},
    {"with a block",
     "metadata {\nextra\n}",
     {"Corefile:3: metadata: Wrong argument count or unexpected line ending after 'extra'; "
      "metadata "
      "has no options"}},
};

TEST_CASE("metadata refuses what it does not understand", "[metadata]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("metadata", setup, m.block);
      CHECK(read.errors() == m.errors);
    }
  }
}

}  // namespace
}  // namespace catena::metadata
