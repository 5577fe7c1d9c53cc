// SPDX-License-Identifier: Apache-2.0
#include "core/server/router.hpp"

#include "core/plugin/plugin.hpp"
#include "core/server/configuration.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::server {
namespace {

class Nothing final : public Plugin {
 public:
  Reply serve(Query&, Next) const override { return Outcome::drop; }
};

/// Accepts questions of one type.
class TypeFilter final : public BlockFilter {
 public:
  explicit TypeFilter(dns::Type type) : type_(type) {}
  bool accepts(Query& query) const override { return query.type() == type_; }
  std::string_view view() const override { return "by-type"; }

 private:
  dns::Type type_;
};

/// A block for each zone of `zones`; a name in brackets has no plugins.
struct Blocks {
  explicit Blocks(const std::vector<std::string>& zones) {
    for (std::string zone : zones) {
      auto block = std::make_unique<Block>();
      if (zone.front() != '[') {
        block->chain.add("nothing", std::make_unique<Nothing>());
      } else {
        zone = zone.substr(1, zone.size() - 2);
      }
      router.add(dns::Name::parse(zone).value(), *block);
      names.push_back(zone);
      all.push_back(std::move(block));
    }
  }

  std::string find(const std::string& question) {
    const std::vector<std::uint8_t> bytes = test::query_bytes(question);
    query.begin(dns::MessageView::parse(bytes).value(), {}, {});
    const Block* block = router.route(query);
    if (block == nullptr) return "nothing";
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].get() == block) return std::to_string(i) + " " + query.zone().to_text();
    }
    return "unknown";
  }

  test::TestEngine engine;
  Query query{engine};
  Router router;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<Block>> all;
};

struct Case {
  const char* name;
  std::vector<std::string> zones;
  std::string question;
  std::string expected;
};

TEST_CASE("the router finds the block of the longest suffix", "[router]") {
  const std::vector<std::string> usual{"example.org.", ".", "sub.example.org.", "org."};
  const Case cases[]{
      {"the zone itself", usual, "example.org. A", "0 example.org."},
      {"a name in it", usual, "www.example.org. A", "0 example.org."},
      {"deep below it", usual, "a.b.c.d.e.example.org. A", "0 example.org."},
      {"the longest of several", usual, "x.sub.example.org. A", "2 sub.example.org."},
      {"whatever the letter case", usual, "X.SUB.exAmple.ORG. A", "2 sub.example.org."},
      {"not a part of a label", usual, "notexample.org. A", "3 org."},
      {"the root for all others", usual, "example.com. A", "1 ."},
      {"the root itself", usual, ". NS", "1 ."},
      {"nobody", {"example.org."}, "example.com. A", "nothing"},
      {"nobody for the root", {"example.org."}, ". NS", "nothing"},
      {"no zones at all", {}, "example.com. A", "nothing"},
      {"a block without plugins takes its names",
       {"[example.org.]", "org."},
       "www.example.org. A",
       "0 example.org."},
      {"a root without plugins is passed over", {"[.]"}, "a. A", "nothing"},
      {"DS goes to the parent",
       {"sub.example.org.", "example.org."},
       "sub.example.org. DS",
       "1 example.org."},
      {"DS goes to the topmost of three", {"a.b.c.", "b.c.", "c."}, "a.b.c. DS", "2 c."},
      {"DS does not go to the root", {"example.org.", "."}, "example.org. DS", "0 example.org."},
      {"DS goes to the root if nobody else has it", {"example.org.", "."}, "com. DS", "1 ."},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(Blocks(c.zones).find(c.question) == c.expected); }
  }
}

TEST_CASE("views are asked in the order of the Corefile", "[router]") {
  const TypeFilter only_a(dns::Type::A);
  const TypeFilter only_txt(dns::Type::TXT);
  Blocks blocks({"example.org.", "example.org.", "org."});
  blocks.all[0]->filters = {const_cast<TypeFilter*>(&only_a)};
  blocks.all[1]->filters = {const_cast<TypeFilter*>(&only_txt)};

  CHECK(blocks.find("www.example.org. A") == "0 example.org.");
  CHECK(blocks.query.view() == "by-type");
  CHECK(blocks.find("www.example.org. TXT") == "1 example.org.");
  CHECK(blocks.find("www.example.org. MX") == "2 org.");
  CHECK(blocks.query.view().empty());
}

TEST_CASE("a DS question keeps its block when a parent's view declines", "[router]") {
  const TypeFilter only_a(dns::Type::A);
  Blocks blocks({"sub.example.org.", "example.org."});
  blocks.all[1]->filters = {const_cast<TypeFilter*>(&only_a)};
  CHECK(blocks.find("sub.example.org. DS") == "0 sub.example.org.");
}

TEST_CASE("hundreds of zones are told apart", "[router]") {
  std::vector<std::string> zones;
  for (int i = 0; i < 500; ++i) zones.push_back("zone" + std::to_string(i) + ".example.");
  Blocks blocks(zones);
  for (int i = 0; i < 500; ++i) {
    const std::string zone = "zone" + std::to_string(i) + ".example.";
    CHECK(blocks.find("www." + zone + " A") == std::to_string(i) + " " + zone);
  }
}

}  // namespace
}  // namespace catena::server
