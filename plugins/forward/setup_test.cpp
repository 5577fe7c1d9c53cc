// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/policy.hpp"
#include "plugins/forward/testing.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <unistd.h>

namespace catena::forward {
namespace {

struct Case {
  const char* name;
  const char* text;
  std::vector<std::string> errors = {};  // Each must be in what is said; none: it is fine.
};

const std::vector<Case> kCases = {
    {"an address", "forward . 192.0.2.1"},
    {"an address with a port", "forward . 192.0.2.1:5353"},
    {"IPv6", "forward . 2001:db8::1 [2001:db8::2]:5353 [2001:db8::3]"},
    {"dns:// is what is meant anyway", "forward . dns://192.0.2.1"},
    {"a network", "forward 10.0.0.0/24 192.0.2.1"},
    {"a host name is not looked up yet", "forward . dns.invalid dns.invalid:5353"},
    {"every option",
     "forward . 192.0.2.1 {\nexcept a.example b.example\nforce_tcp\nprefer_udp\nmax_fails 3\n"
     "max_connect_attempts 4\nhealth_check 1s no_rec domain example.org\nexpire 5s\nmax_age 10s\n"
     "max_idle_conns 2\nread_timeout 1s\npolicy sequential\nmax_concurrent 9\nnext SERVFAIL "
     "refused\n"
     "next_on_nodata\nfailover NXDOMAIN\nfailfast_all_unhealthy_upstreams\nsource_address "
     "127.0.0.1\n"
     "resolver 127.0.0.1 [::1]:53\n}"},
    {"expire can be nothing", "forward . 192.0.2.1 {\nexpire 0s\n}"},
    {"no TO", "forward .", {"Wrong argument count or unexpected line ending after"}},
    {"nothing at all", "forward", {"Wrong argument count or unexpected line ending after"}},
    {"FROM is no zone", "forward a..b 192.0.2.1", {"unable to normalize 'a..b'"}},
    {"16 TOs",
     "forward . 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
     "1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1",
     {"more than 15 TOs configured: 16"}},
    {"TO is nothing", "forward . a..b", {"not an IP address, file, or valid domain: \"a..b\""}},
    {"two bad TOs are two errors", "forward . a..b c..d", {"\"a..b\"", "\"c..d\""}},
    {"TLS",
     "forward . tls://192.0.2.1 tls://192.0.2.1%dns.example:8853 tls://[2001:db8::1%dns.example] "
     "tls://[2001:db8::1%dns.example]:853 tls://2001:db8::2%dns.example tls://dns.invalid%x "
     "192.0.2.1"},
    {"TLS to nowhere", "forward . tls://a..b", {"valid domain: \"tls://a..b\""}},
    {"two names for one server",
     "forward . tls://[2001:db8::1%a.example] {\ntls_servername b.example\n}",
     {"both forward ('b.example') and proxy level ('a.example') TLS servernames are set for "
      "upstream proxy 'tls://[2001:db8::1]:853'"}},
    {"an authority that is not there",
     "forward . tls://192.0.2.1 {\ntls /nowhere/ca.pem\n}",
     {"error reading CA: open /nowhere/ca.pem: No such file"}},
    {"a certificate that is not there",
     "forward . tls://192.0.2.1 {\ntls /nowhere/cert.pem /nowhere/key.pem\n}",
     {"could not load TLS cert: open /nowhere/cert.pem: No such file"}},
    {"what is no authority",
     "forward . tls://192.0.2.1 {\ntls /etc/hostname\n}",
     {"could not read root certs: /etc/hostname: "}},
    {"what is no certificate",
     "forward . tls://192.0.2.1 {\ntls /etc/hostname /etc/hostname\n}",
     {"could not load TLS cert: /etc/hostname: "}},
    {"a file too many", "forward . tls://192.0.2.1 {\ntls a b c d\n}", {"Wrong argument count"}},
    {"HTTPS", "forward . https://9.9.9.9", {"'https://9.9.9.9' is known, not in this build"}},
    {"QUIC", "forward . quic://9.9.9.9", {"'quic://9.9.9.9' is known, not in this build"}},
    {"gRPC",
     "forward . grpc://9.9.9.9",
     {"'grpc' is not supported as a destination protocol in forward: grpc://9.9.9.9"}},
    {"tls options", "forward . tls://1.1.1.1 {\ntls\ntls_servername x\n}"},
    {"the method of HTTPS",
     "forward . 1.1.1.1 {\ndoh_method GET\n}",
     {"'doh_method' is known, not in this build"}},
    {"an unknown policy", "forward . 1.1.1.1 {\npolicy best\n}", {"unknown policy 'best'"}},
    {"an unknown option", "forward . 1.1.1.1 {\npolici random\n}", {"unknown property 'polici'"}},
    {"an unknown rcode", "forward . 1.1.1.1 {\nnext NOPE\n}", {"NOPE is not a valid rcode"}},
    {"failover for success",
     "forward . 1.1.1.1 {\nfailover NOERROR\n}",
     {"NoError cannot be used in failover"}},
    {"no rcode", "forward . 1.1.1.1 {\nfailover\n}", {"Wrong argument count"}},
    {"a health check with an unknown option",
     "forward . 1.1.1.1 {\nhealth_check 1s foo\n}",
     {"health_check: unknown option foo"}},
    {"a health check for no domain",
     "forward . 1.1.1.1 {\nhealth_check 1s domain a..b\n}",
     {"health_check: invalid domain name a..b"}},
    {"a health check without a unit",
     "forward . 1.1.1.1 {\nhealth_check 5\n}",
     {"time: missing unit in duration \"5\""}},
    {"max_age below expire",
     "forward . 1.1.1.1 {\nmax_age 1s\n}",
     {"max_age (1s) must not be less than expire (10s)"}},
    {"a negative expire", "forward . 1.1.1.1 {\nexpire -1s\n}", {"of at least"}},
    {"no time to read", "forward . 1.1.1.1 {\nread_timeout 0s\n}", {"of at least"}},
    {"a negative limit", "forward . 1.1.1.1 {\nmax_concurrent -1\n}", {"of at least 0"}},
    {"max_fails is a number", "forward . 1.1.1.1 {\nmax_fails x\n}", {"a whole number"}},
    {"an argument too many", "forward . 1.1.1.1 {\nforce_tcp yes\n}", {"yes"}},
    {"a source that is no address",
     "forward . 1.1.1.1 {\nsource_address eth0\n}",
     {"invalid IP address: eth0"}},
    {"a resolver that is no address",
     "forward . 1.1.1.1 {\nresolver dns.example\n}",
     {"resolver must be an IP address or IP:port: \"dns.example\""}},
};

TEST_CASE("setup takes what CoreDNS takes and says what is wrong") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Bed bed(c.text);
      if (c.errors.empty()) CHECK(bed.errors().empty());
      for (const std::string& error : c.errors) CHECK_THAT(bed.errors(), Catch::Contains(error));
      CHECK(bed.chain().size() == (c.errors.empty() ? 2 : 1));
    }
  }
}

TEST_CASE("a network off the octet boundary forwards its first zone and warns") {
  Bed bed("forward 10.0.0.0/23 192.0.2.1");
  CHECK(bed.errors().empty());
  REQUIRE(bed.diagnostics().warnings().size() == 1);
}

TEST_CASE("options of TLS that do nothing are warned of") {
  for (const char* option : {"tls", "tls_servername dns.example"}) {
    Bed bed(std::string("forward . 192.0.2.1 {\n") + option + "\n}");
    CHECK(bed.errors().empty());
    REQUIRE(bed.diagnostics().warnings().size() == 1);
    CHECK_THAT(bed.diagnostics().warnings().front().text, Catch::Contains("do nothing"));
  }
}

TEST_CASE("files as TO") {
  std::string path = "/tmp/catena-resolv-conf-XXXXXX";
  close(mkstemp(path.data()));
  std::ofstream(path) << "search x\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\n";
  CHECK(Bed("forward . " + path).errors().empty());
  std::ofstream(path) << "search x\n";
  CHECK(Bed("forward . " + path).errors() == "no valid upstream addresses found\n");
  CHECK(Bed("forward . " + path + " 192.0.2.1").errors().empty());
  std::remove(path.c_str());
}

TEST_CASE("several forwards are links of the chain in the order of the file") {
  Bed bed("forward a.example 192.0.2.1\nforward b.example 192.0.2.2");
  REQUIRE(bed.chain().size() == 3);
  CHECK(bed.chain().name(0) == "forward");
  CHECK(bed.chain().name(1) == "forward");
}

using Indices = std::vector<std::uint16_t>;

Indices order_of(const Order& order, std::size_t count, Random& random) {
  Indices indices(count);
  order.fill(indices, random);
  return indices;
}

TEST_CASE("policies") {
  Random random;
  SECTION("sequential is the list") {
    const Order order(Policy::sequential);
    for (int i = 0; i < 3; ++i) CHECK(order_of(order, 3, random) == Indices{0, 1, 2});
  }
  SECTION("round_robin begins with the second") {
    const Order order(Policy::round_robin);
    CHECK(order_of(order, 3, random) == Indices{1, 0, 2});
    CHECK(order_of(order, 3, random) == Indices{2, 0, 1});
    CHECK(order_of(order, 3, random) == Indices{0, 1, 2});
    CHECK(order_of(order, 1, random) == Indices{0});
  }
  SECTION("random reaches every permutation and nothing else") {
    const Order order(Policy::random);
    std::set<Indices> seen;
    for (int i = 0; i < 500; ++i) seen.insert(order_of(order, 3, random));
    CHECK(seen.size() == 6);
    for (const Indices& one : seen)
      CHECK(std::set<std::uint16_t>(one.begin(), one.end()).size() == 3);
  }
}

}  // namespace
}  // namespace catena::forward
