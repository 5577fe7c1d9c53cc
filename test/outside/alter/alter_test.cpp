// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/plugin.hpp"
#include "core/plugin/registry.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::alter {

PluginEntry entry();

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes kNsid{0, 3, 0, 1, 'n'};
const Bytes kEmptyNsid{0, 3, 0, 0};
const Bytes kLocal{0xff, 0xee, 0, 2, 'a', 'b'};
const Bytes kOther{0xff, 0xee, 0, 1, 'c'};
const Bytes kSubnet{0, 8, 0, 5, 0, 1, 8, 0, 10};
const Bytes kOurs{0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2};

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Remembers what those behind *alter* see.
class Behind final : public Plugin {
 public:
  explicit Behind(Inquiry& seen) : seen_(seen) {}
  Reply serve(Query& query, Next) const override {
    seen_ = query.shown();
    query.respond();
    return Outcome::respond;
  }

 private:
  Inquiry& seen_;
};

struct Row {
  const char* name;
  const char* line;
  Bytes asked;
  Bytes seen;
};

const Row kOptions[] = {
    {"a local option is set", "edns0 local set 65518 ab", {}, kLocal},
    {"and takes the place of another", "edns0 local set 65518 0x63", kLocal + kNsid,
     kOther + kNsid},
    {"of two the first", "edns0 local set 65518 c", kLocal + kLocal, kOther + kLocal},
    {"it is put behind the others", "edns0 local append 65518 c", kLocal + kNsid,
     kLocal + kNsid + kOther},
    {"what is not there is not replaced", "edns0 local replace 65518 c", kNsid, kNsid},
    {"what is there is", "edns0 local replace 65518 c", kLocal, kOther},
    {"all of a code go", "edns0 local unset 65518", kLocal + kNsid + kOther, kNsid},
    {"NSID is asked for", "edns0 nsid set", {}, kEmptyNsid},
    {"and asked for without data", "edns0 nsid replace", kNsid + kLocal, kEmptyNsid + kLocal},
    {"NSID is not asked for", "edns0 nsid unset", kNsid + kLocal, kLocal},
    {"a network is told", "edns0 subnet set 24 56", {}, kOurs},
    {"in the place of the client's own", "edns0 subnet set 24 56", kSubnet + kLocal,
     kOurs + kLocal},
    {"or where there was none", "edns0 subnet append 24 56", kSubnet, kSubnet},
    {"or not at all", "edns0 subnet unset", kSubnet + kLocal, kLocal},
    {"one line sees what the one before has made", "edns0 nsid set\nedns0 nsid unset", kLocal,
     kLocal},
};

class Bed {
 public:
  explicit Bed(const std::string& lines)
      : plugin_("alter", entry().setup, "alter {\n" + lines + "\n}") {
    REQUIRE(plugin_.errors().empty());
    plugin_.chain().add("behind", std::make_unique<Behind>(seen));
  }
  void ask(test::IncomingQuery& incoming) {
    REQUIRE(plugin_.chain().first()(incoming.query).ready());
    CHECK(&incoming.query.shown() == &incoming.query.asked());
  }

  Inquiry seen;

 private:
  test::PluginSetup plugin_;
};

Transport client() { return {.client = {asio::ip::make_address("192.0.2.77"), 4242}}; }

TEST_CASE("alter changes options for those behind it", "[alter]") {
  for (const Row& row : kOptions) {
    DYNAMIC_SECTION(row.name) {
      Bed bed(row.line);
      test::IncomingQuery incoming("a.example. A", {.edns_size = 1400, .edns_options = row.asked},
                                   client());
      bed.ask(incoming);
      REQUIRE(bed.seen.edns);
      const auto options = bed.seen.edns->options;
      CHECK(Bytes(options.begin(), options.end()) == row.seen);
      CHECK(bed.seen.edns->udp_size == 1400);
    }
  }
}

TEST_CASE("alter adds an OPT record where there was none", "[alter]") {
  Bed bed("edns0 nsid unset\ndo");
  test::IncomingQuery incoming("a.example. A");
  bed.ask(incoming);
  REQUIRE(bed.seen.edns);
  CHECK(bed.seen.edns->udp_size == 4096);
  CHECK(bed.seen.dnssec_ok());
  CHECK(bed.seen.edns->options.empty());
  CHECK_FALSE(incoming.query.edns());
}

TEST_CASE("alter changes name, type and class for those behind it", "[alter]") {
  Bed bed("name A.example b.example\ntype A TXT\nclass IN CH\nsize 700");
  test::IncomingQuery incoming("a.EXAMPLE. A", {.edns_size = 1400});
  bed.ask(incoming);
  CHECK(bed.seen.question.name.to_text() == "b.example.");
  CHECK(bed.seen.question.type == dns::Type::TXT);
  CHECK(bed.seen.question.qclass == dns::Class::CH);
  CHECK(bed.seen.edns->udp_size == 700);
  CHECK(incoming.query.name().to_text() == "a.EXAMPLE.");
}

TEST_CASE("where nothing is changed nothing is copied", "[alter]") {
  Bed bed("name a.example b.example\ntype AAAA TXT");
  test::IncomingQuery incoming("c.example. A");
  bed.ask(incoming);
  CHECK(bed.seen.question.name.data() == incoming.query.asked().question.name.data());
}

TEST_CASE("what is wrong with alter is said", "[alter]") {
  for (const char* line : {"alter {\n nothing\n}", "alter {\n type A\n}", "alter {\n do more\n}",
                           "alter {\n edns0 local change 1 a\n}", "alter {\n edns0 all set\n}"}) {
    CAPTURE(line);
    CHECK_FALSE(test::PluginSetup("alter", entry().setup, line).errors().empty());
  }
}

}  // namespace
}  // namespace catena::alter
