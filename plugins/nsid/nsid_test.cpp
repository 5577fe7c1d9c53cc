// SPDX-License-Identifier: Apache-2.0
#include "plugins/nsid/nsid.hpp"

#include "core/base/host_name.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::nsid {

void setup(Setup& setup);

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes kAsks{0, 3, 0, 0};
const Bytes kCookie{0, 10, 0, 2, 'a', 'b'};
const Bytes kTheirs{0, 3, 0, 1, 'u'};

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes option(const std::string& text) {
  Bytes bytes{0, 3, 0, static_cast<std::uint8_t>(text.size())};
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

/// An upstream's answer, with an OPT record where it has options.
class Upstream final : public Plugin {
 public:
  explicit Upstream(const Bytes& options, bool fails) : options_(options), fails_(fails) {}
  Reply serve(Query& query, Next) const override {
    if (fails_) return query.fail(dns::Rcode::ServFail, "no");
    dns::Response& response = query.respond();
    if (!options_.empty()) response.edns = dns::Edns{.options = options_};
    return Outcome::respond;
  }

 private:
  const Bytes options_;
  bool fails_;
};

struct Row {
  const char* name;
  std::string line;
  Bytes asked;
  Bytes upstream;
  std::optional<Bytes> told;  ///< Options of the answer; nothing: it has no OPT of its own.
  bool fails = false;
};

const Row kRows[] = {
    {"who asks is told", "nsid one", kAsks, {}, option("one")},
    {"several words are one text", "nsid one two", kAsks, {}, option("one two")},
    {"the host's name by default", "nsid", kAsks, {}, option(host_name())},
    {"who does not ask is not told", "nsid one", kCookie, {}, std::nullopt},
    {"it stands behind an upstream's options", "nsid one", kAsks, kCookie, kCookie + option("one")},
    {"an upstream's own is not told", "nsid one", kAsks, kTheirs + kCookie,
     kCookie + option("one")},
    {"the server's own errors tell nothing", "nsid one", kAsks, {}, std::nullopt, true},
};

TEST_CASE("nsid tells who answers", "[nsid]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::PluginSetup plugin("nsid", setup, row.line);
      REQUIRE(plugin.errors().empty());
      plugin.chain().add("upstream", std::make_unique<Upstream>(row.upstream, row.fails));
      test::IncomingQuery incoming("a.example. A", {.edns_size = 1232, .edns_options = row.asked});
      REQUIRE(plugin.chain().first()(incoming.query).ready());
      const auto& edns = incoming.query.response().edns;
      CHECK(edns.has_value() == row.told.has_value());
      if (edns && row.told) CHECK(Bytes(edns->options.begin(), edns->options.end()) == *row.told);
    }
  }
}

TEST_CASE("a client without EDNS is told nothing by nsid", "[nsid]") {
  test::PluginSetup plugin("nsid", setup, "nsid one");
  plugin.chain().add("upstream", std::make_unique<Upstream>(Bytes(), false));
  test::IncomingQuery incoming("a.example. A");
  REQUIRE(plugin.chain().first()(incoming.query).ready());
  CHECK_FALSE(incoming.query.response().edns);
}

TEST_CASE("what is wrong with nsid is said", "[nsid]") {
  const std::string kTwice = "nsid a\nnsid b";
  const std::string kLong = "nsid " + std::string(513, 'x');
  const std::string kBlock = "nsid a {\n b\n}";
  for (const std::string& block : {kTwice, kLong, kBlock}) {
    CAPTURE(block);
    CHECK(test::PluginSetup("nsid", setup, block).errors().size() == 1);
  }
}

}  // namespace
}  // namespace catena::nsid
