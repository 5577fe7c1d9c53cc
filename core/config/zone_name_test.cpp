// SPDX-License-Identifier: Apache-2.0
#include "core/config/zone_name.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using Zones = std::vector<std::string>;

std::string repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

struct NameCase {
  const char* name = "";
  std::string text;
  bool legal = false;
};

const NameCase kNames[] = {
    {.name = "the root", .text = ".", .legal = true},
    {.name = "a plain name", .text = "example.org", .legal = true},
    {.name = "a qualified name", .text = "example.org.", .legal = true},
    {.name = "any character is legal in a label", .text = "foo://x_y z/*", .legal = true},
    {.name = "nothing is not a name", .text = ""},
    {.name = "a leading dot", .text = ".org"},
    {.name = "two dots", .text = "a..b"},
    {.name = "two dots at the end", .text = "a.."},
    {.name = "a label of 63 bytes", .text = repeat("a", 63) + ".org", .legal = true},
    {.name = "a label of 64 bytes", .text = repeat("a", 64) + ".org"},
    {.name = "an escape counts once", .text = repeat("\\097", 63), .legal = true},
    {.name = "an escaped dot is part of its label", .text = "a\\.b.org", .legal = true},
    {.name = "63 bytes and an escaped dot", .text = repeat("a", 63) + "\\..org"},
    {.name = "a backslash at the end", .text = "a\\"},
    {.name = "255 bytes in wire form", .text = repeat("a.", 127), .legal = true},
    {.name = "257 bytes in wire form", .text = repeat("a.", 128)},
};

TEST_CASE("domain names are checked", "[config][zone]") {
  for (const NameCase& c : kNames) {
    DYNAMIC_SECTION(c.name) { CHECK(is_domain_name(c.text) == c.legal); }
  }
}

TEST_CASE("names are qualified and in lower case", "[config][zone]") {
  CHECK(qualified("Example.ORG") == "example.org.");
  CHECK(qualified("example.org.") == "example.org.");
  CHECK(qualified(".") == ".");
  CHECK(qualified("a\\.") == "a\\..");
  CHECK(qualified("a\\\\.") == "a\\\\.");
  CHECK(qualified("\u00c4.org") == "\u00c4.org.");
}

struct NetworkCase {
  const char* name = "";
  std::string text;
  std::optional<Zones> zones = std::nullopt;
};

const NetworkCase kNetworks[] = {
    {.name = "a /8", .text = "10.0.0.0/8", .zones = Zones{"10.in-addr.arpa."}},
    {.name = "a /16", .text = "192.168.0.0/16", .zones = Zones{"168.192.in-addr.arpa."}},
    {.name = "a /24 whose host bits are set",
     .text = "10.1.2.3/24",
     .zones = Zones{"2.1.10.in-addr.arpa."}},
    {.name = "a /32", .text = "10.1.2.3/32", .zones = Zones{"3.2.1.10.in-addr.arpa."}},
    {.name = "a /15 is two zones",
     .text = "10.0.0.0/15",
     .zones = Zones{"0.10.in-addr.arpa.", "1.10.in-addr.arpa."}},
    {.name = "host bits of a split network do not count",
     .text = "10.7.0.0/14",
     .zones = Zones{"4.10.in-addr.arpa.", "5.10.in-addr.arpa.", "6.10.in-addr.arpa.",
                    "7.10.in-addr.arpa."}},
    {.name = "a /31 is two zones",
     .text = "10.1.2.2/31",
     .zones = Zones{"2.2.1.10.in-addr.arpa.", "3.2.1.10.in-addr.arpa."}},
    {.name = "all of IPv4", .text = "0.0.0.0/0", .zones = Zones{"in-addr.arpa."}},
    {.name = "an IPv6 /32", .text = "2001:db8::/32", .zones = Zones{"8.b.d.0.1.0.0.2.ip6.arpa."}},
    {.name = "an IPv6 /30 is four zones",
     .text = "2001:db8::/30",
     .zones = Zones{"8.b.d.0.1.0.0.2.ip6.arpa.", "9.b.d.0.1.0.0.2.ip6.arpa.",
                    "a.b.d.0.1.0.0.2.ip6.arpa.", "b.b.d.0.1.0.0.2.ip6.arpa."}},
    {.name = "an IPv6 /7 is two zones",
     .text = "fc00::/7",
     .zones = Zones{"c.f.ip6.arpa.", "d.f.ip6.arpa."}},
    {.name = "an IPv6 /4", .text = "fd00::/4", .zones = Zones{"f.ip6.arpa."}},
    {.name = "all of IPv6", .text = "::/0", .zones = Zones{"ip6.arpa."}},
    {.name = "letters of IPv6 in lower case", .text = "FD00::/8", .zones = Zones{"d.f.ip6.arpa."}},
    {.name = "no prefix", .text = "10.0.0.0"},
    {.name = "a prefix too long", .text = "10.0.0.0/33"},
    {.name = "an IPv6 prefix too long", .text = "fd00::/129"},
    {.name = "a prefix with a sign", .text = "10.0.0.0/+8"},
    {.name = "an empty prefix", .text = "10.0.0.0/"},
    {.name = "a prefix with zeros in front, which Go takes",
     .text = "10.0.0.0/0000008",
     .zones = Zones{"10.in-addr.arpa."}},
    {.name = "a short address", .text = "10.0/8"},
    {.name = "leading zeros", .text = "010.0.0.0/8"},
    {.name = "an address with a zone", .text = "fe80::%eth0/64"},
    {.name = "a name", .text = "example.org/8"},
};

TEST_CASE("networks become reverse zones", "[config][zone]") {
  for (const NetworkCase& c : kNetworks) {
    DYNAMIC_SECTION(c.name) { CHECK(reverse_zones(c.text) == c.zones); }
  }
}

TEST_CASE("a network off the boundary has all zones of the next step", "[config][zone]") {
  const auto v4 = reverse_zones("10.1.2.128/25");
  REQUIRE(v4);
  CHECK(v4->size() == 128);
  CHECK(v4->front() == "128.2.1.10.in-addr.arpa.");
  CHECK(v4->back() == "255.2.1.10.in-addr.arpa.");
  const auto v6 = reverse_zones("2001:db8::/29");
  REQUIRE(v6);
  CHECK(v6->size() == 8);
  CHECK(v6->back() == "f.b.d.0.1.0.0.2.ip6.arpa.");
}

struct SpecCase {
  const char* name = "";
  std::string text;
  Scheme scheme = Scheme::dns;
  Zones zones = {};
  std::optional<long> port = std::nullopt;
  std::string error = {};
};

const SpecCase kSpecs[] = {
    {.name = "a name", .text = "Example.org", .zones = {"example.org."}},
    {.name = "the root", .text = ".", .zones = {"."}},
    {.name = "a port", .text = ".:1053", .zones = {"."}, .port = 1053},
    {.name = "leading zeros of a port", .text = ".:053", .zones = {"."}, .port = 53},
    {.name = "a tail that is no number stays", .text = "a:b", .zones = {"a:b."}},
    {.name = "the last colon counts", .text = "a:1:2", .zones = {"a:1."}, .port = 2},
    {.name = "a number that fits nowhere stays",
     .text = "a:99999999999999999999",
     .zones = {"a:99999999999999999999."}},
    {.name = "dns", .text = "dns://.:53", .zones = {"."}, .port = 53},
    {.name = "tls", .text = "tls://a", .scheme = Scheme::tls, .zones = {"a."}},
    {.name = "quic", .text = "quic://a", .scheme = Scheme::quic, .zones = {"a."}},
    {.name = "grpc", .text = "grpc://a", .scheme = Scheme::grpc, .zones = {"a."}},
    {.name = "https", .text = "https://a", .scheme = Scheme::https, .zones = {"a."}},
    {.name = "https3", .text = "https3://a", .scheme = Scheme::https3, .zones = {"a."}},
    {.name = "unix", .text = "unix://a", .scheme = Scheme::unix_socket, .zones = {"a."}},
    {.name = "schemes are case-sensitive", .text = "TLS://a", .zones = {"tls://a."}},
    {.name = "an unknown scheme is part of the name", .text = "foo://x", .zones = {"foo://x."}},
    {.name = "a comma without white space is part of the name",
     .text = "example.org,example.com:1053",
     .zones = {"example.org,example.com."},
     .port = 1053},
    {.name = "a network",
     .text = "tls://10.0.0.0/15:853",
     .scheme = Scheme::tls,
     .zones = {"0.10.in-addr.arpa.", "1.10.in-addr.arpa."},
     .port = 853},
    {.name = "an IPv6 network with a port",
     .text = "fd00::/8:53",
     .zones = {"d.f.ip6.arpa."},
     .port = 53},
    {.name = "an IPv4 address without a mask is a name",
     .text = "10.1.2.3",
     .zones = {"10.1.2.3."}},
    {.name = "an IPv6 address without a mask loses its last group to the port",
     .text = "2001:db8::1",
     .zones = {"2001:db8:."},
     .port = 1},
    {.name = "an empty text", .text = "", .error = "expecting data after last colon: \"\""},
    {.name = "a scheme alone", .text = "dns://", .error = "expecting data after last colon: \"\""},
    {.name = "a colon at the end",
     .text = "dns://a.org:",
     .error = "expecting data after last colon: \"a.org:\""},
    {.name = "a port alone", .text = ":53", .error = "zone is not a valid domain name: "},
    {.name = "no legal name", .text = "a..b", .error = "zone is not a valid domain name: a..b"},
    {.name = "a name too long",
     .text = repeat("a.", 128),
     .error = "specified zone is too long: 256 > 255"},
    {.name = "a name too long once qualified",
     .text = repeat("a.", 127) + "a",
     .error = "zone is not a valid domain name: " + repeat("a.", 127) + "a"},
    {.name = "an IPv6 network that starts with a colon",
     .text = "::/8",
     .error = "invalid CIDR ::/8"},
    {.name = "an IPv6 network that starts with a zero",
     .text = "0fd0::/12",
     .error = "invalid CIDR 0fd0::/12"},
};

TEST_CASE("zones are taken apart", "[config][zone]") {
  for (const SpecCase& c : kSpecs) {
    DYNAMIC_SECTION(c.name) {
      std::string error;
      const auto spec = parse_zone(c.text, error);
      CHECK(error == c.error);
      REQUIRE(spec.has_value() == c.error.empty());
      if (!spec) continue;
      CHECK(spec->scheme == c.scheme);
      CHECK(spec->zones == c.zones);
      CHECK(spec->port == c.port);
    }
  }
}

TEST_CASE("a plugin's zones are expanded, stripped, and dropped when invalid", "[config][zone]") {
  CHECK(parse_zones({"Cluster.Local", "10.0.0.0/15", "a..b", "dns://x.org:53", ""}) ==
        Zones{"cluster.local.", "0.10.in-addr.arpa.", "1.10.in-addr.arpa.", "x.org."});
  CHECK(parse_zones({}).empty());
}

TEST_CASE("schemes have names and ports", "[config][zone]") {
  CHECK(to_string(Scheme::https3) == "https3");
  CHECK(to_string(Scheme::unix_socket) == "unix");
  CHECK(default_port(Scheme::dns) == 53);
  CHECK(default_port(Scheme::tls) == 853);
  CHECK(default_port(Scheme::quic) == 853);
  CHECK(default_port(Scheme::grpc) == 443);
  CHECK(default_port(Scheme::https) == 443);
  CHECK(default_port(Scheme::https3) == 443);
  CHECK(default_port(Scheme::unix_socket) == 0);
}

}  // namespace
}  // namespace catena::config
