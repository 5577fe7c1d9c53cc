// SPDX-License-Identifier: Apache-2.0
#include "core/config/keys.hpp"

#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using Texts = std::vector<std::string>;

struct Case {
  const char* name = "";
  std::string text;
  Texts keys = {};
  Texts errors = {};
};

const Case kCases[] = {
    {.name = "plain DNS takes the port of the command line",
     .text = "example.org",
     .keys = {"dns://example.org.:1053"}},
    {.name = "so does an explicit dns scheme", .text = "dns://a", .keys = {"dns://a.:1053"}},
    {.name = "other schemes have ports of their own",
     .text = "tls://a quic://a grpc://a https://a https3://a unix://a",
     .keys = {"tls://a.:853", "quic://a.:853", "grpc://a.:443", "https://a.:443", "https3://a.:443",
              "unix://a.:0"}},
    {.name = "a port in the key counts",
     .text = ".:53 tls://.:8853",
     .keys = {"dns://.:53", "tls://.:8853"}},
    {.name = "the zones of a split network follow all keys",
     .text = "10.0.0.0/15 a.org 10.4.0.0/15:53",
     .keys = {"dns://0.10.in-addr.arpa.:1053", "dns://a.org.:1053", "dns://4.10.in-addr.arpa.:53",
              "dns://1.10.in-addr.arpa.:1053", "dns://5.10.in-addr.arpa.:53"}},
    {.name = "every bad key is told",
     .text = ":53 a..b ok c:",
     .keys = {"dns://ok.:1053"},
     .errors = {"Corefile:1: zone is not a valid domain name: ",
                "Corefile:1: zone is not a valid domain name: a..b",
                "Corefile:1: expecting data after last colon: \"c:\""}},
    {.name = "a lone comma is an empty key",
     .text = "a , b",
     .keys = {"dns://a.:1053", "dns://b.:1053"},
     .errors = {"Corefile:1: expecting data after last colon: \"\""}},
    {.name = "a port out of range",
     .text = "a:65536 b:-1 c:65535",
     .keys = {"dns://c.:65535"},
     .errors = {"Corefile:1: invalid port 65536 (expected 0 to 65535)",
                "Corefile:1: invalid port -1 (expected 0 to 65535)"}},
};

TEST_CASE("the keys of a block are resolved", "[config][keys]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Diagnostics diagnostics;
      const Corefile corefile = parse_for_test({.text = c.text, .directives = {}}, diagnostics);
      REQUIRE(corefile.blocks.size() == 1);
      Texts keys;
      for (const Key& key : resolve_keys(corefile.blocks[0], 1053, diagnostics)) {
        keys.push_back(to_string(key));
      }
      CHECK(keys == c.keys);
      CHECK(lines_of(diagnostics.errors()) == c.errors);
    }
  }
}

TEST_CASE("the zones of keys come once each", "[config][keys]") {
  Diagnostics diagnostics;
  const Corefile corefile =
      parse_for_test({.text = "dns://a tls://a b https://b", .directives = {}}, diagnostics);
  const auto keys = resolve_keys(corefile.blocks.at(0), 53, diagnostics);
  CHECK(zones_of(keys) == Texts{"a.", "b."});
}

struct Bound {
  const char* zone = ".";
  const char* address = "";
  Filtered filtered = Filtered::no;
  Scheme scheme = Scheme::dns;
  std::uint16_t port = 53;
};

struct OverlapCase {
  const char* name = "";
  std::vector<Bound> bound;
  Texts errors = {};
  Texts warnings = {};
};

const OverlapCase kOverlaps[] = {
    {.name = "different zones", .bound = {{"a."}, {"b."}}},
    {.name = "the same zone under two schemes",
     .bound = {{"a."}, {"a.", "", Filtered::no, Scheme::tls, 53}}},
    {.name = "the same zone on two ports",
     .bound = {{"a."}, {"a.", "", Filtered::no, Scheme::dns, 54}}},
    {.name = "the same zone on two addresses", .bound = {{"a.", "127.0.0.1"}, {"a.", "127.0.0.2"}}},
    {.name = "the same zone twice",
     .bound = {{"example.org."}, {"example.org."}},
     .errors = {"Corefile:2: cannot serve dns://example.org.:53 - it is already defined"}},
    {.name = "the same zone and address twice",
     .bound = {{"a.", "127.0.0.1"}, {"a.", "127.0.0.1"}},
     .errors = {"Corefile:2: cannot serve dns://a.:53 on 127.0.0.1 - it is already defined"}},
    {.name = "everywhere after one address",
     .bound = {{".", "127.0.0.1"}, {"."}},
     .errors = {"Corefile:2: cannot serve dns://.:53 - zone overlap listener capacity with "
                "dns://.:53 on 127.0.0.1"}},
    {.name = "one address after everywhere",
     .bound = {{"."}, {".", "127.0.0.1"}},
     .errors = {"Corefile:2: cannot serve dns://.:53 on 127.0.0.1 - zone overlap listener capacity "
                "with dns://.:53"}},
    {.name = "views may share a key",
     .bound = {{"a.", "", Filtered::yes}, {"a.", "", Filtered::yes}, {"a."}}},
    {.name = "a view behind a block that takes everything is never asked",
     .bound = {{"a."}, {"a.", "", Filtered::yes}, {"b.", "", Filtered::yes}},
     .warnings = {"Corefile:2: view: a block without a view, which stands before this one, takes "
                  "all queries for dns://a.:53"}},
    {.name = "a view shares no socket of another address",
     .bound = {{"a."}, {"a.", "127.0.0.1", Filtered::yes}},
     .errors =
         {"Corefile:2: cannot serve dns://a.:53 on 127.0.0.1 - zone overlap listener capacity "
          "with dns://a.:53"}},
    {.name = "every clash is told",
     .bound = {{"a."}, {"a."}, {"b."}, {"b."}},
     .errors = {"Corefile:2: cannot serve dns://a.:53 - it is already defined",
                "Corefile:4: cannot serve dns://b.:53 - it is already defined"}},
};

TEST_CASE("keys that clash are told", "[config][keys]") {
  const auto file = std::make_shared<const std::string>("Corefile");
  for (const OverlapCase& c : kOverlaps) {
    DYNAMIC_SECTION(c.name) {
      std::vector<BoundKey> bound;
      for (const Bound& one : c.bound) {
        const Position position{file, static_cast<unsigned>(bound.size() + 1)};
        bound.push_back({{one.scheme, one.zone, one.port, position}, one.address, one.filtered});
      }
      Diagnostics diagnostics;
      check_overlaps(bound, diagnostics);
      CHECK(lines_of(diagnostics.errors()) == c.errors);
      CHECK(lines_of(diagnostics.warnings()) == c.warnings);
    }
  }
}

}  // namespace
}  // namespace catena::config
