// SPDX-License-Identifier: Apache-2.0
#include "core/dns/text.hpp"

#include "core/dns/encodings.hpp"
#include "core/dns/rdata.hpp"
#include "core/dns/record_reader.hpp"

#include <catch2/catch.hpp>

using namespace catena;
using namespace catena::dns;

namespace {

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

/// The data of "x. 300 IN <text>" as it is printed, or the error.
std::string reprint(std::string_view text, NameView origin = {}) {
  Arena arena;
  const auto record = parse_record("x. 300 IN " + std::string(text), arena, origin);
  if (!record) return std::string(to_string(record.error()));
  return to_string(record->type) + ' ' + rdata_to_text(record->type, record->rdata);
}

}  // namespace

TEST_CASE("every type is printed as it is read") {
  // What `dig +nosplit` prints for the same bytes.
  const char* const records[] = {
      "A 192.0.2.1",
      "NS ns1.example.org.",
      "CNAME a\\.b.example.org.",
      "SOA ns.example.org. admin.example.org. 2024010101 7200 3600 1209600 300",
      "PTR p.example.org.",
      R"(HINFO "PC" "Linux \"x\"")",
      "MX 10 mail.example.org.",
      "MINFO admin.example.org. errors.example.org.",
      "RP admin.example.org. text.example.org.",
      "AFSDB 1 afs.example.org.",
      "RT 10 relay.example.org.",
      "PX 10 map822.example.org. mapx400.example.org.",
      R"(TXT "a;b" "c\\d" "\200\"" "")",
      "AAAA 2001:db8::1",
      "AAAA ::ffff:192.0.2.1",
      "SRV 0 100 443 web.example.org.",
      R"(NAPTR 100 10 "S" "SIP+D2U" "!^.*$!sip:x@y!" _sip._udp.example.com.)",
      "DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "RRSIG A 5 3 86400 20240322173103 20240220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg",
      "NSEC host.example.com. A MX RRSIG NSEC TYPE1234",
      "DNSKEY 257 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no",
      "NSEC3 1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG",
      "NSEC3 1 1 12 - 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S",
      "NSEC3PARAM 1 0 12 AABBCCDD",
      "NSEC3PARAM 1 0 0 -",
      "TLSA 3 1 1 0C72AC70B745AC19998811B131D662C9AC69DBDBE7CB23E5B514B56664C5D3D6",
      "CDS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "CDNSKEY 257 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no",
      R"(SVCB 1 . alpn="h2,h3" port=443 ipv4hint=192.0.2.1,192.0.2.2)",
      R"(SVCB 16 foo.example.org. alpn="f\\\\oo\\,bar,h2")",
      R"(SVCB 1 foo.example.com. key667="hello\210qoo")",
      "SVCB 1 foo.example.com. key667",
      R"(SVCB 1 foo.example.com. dohpath="/dns-query{?dns}")",
      "HTTPS 0 svc.example.net.",
      R"(HTTPS 1 . mandatory=alpn,port alpn="h2" no-default-alpn port=8443 ech=AEb+ )"
      "ipv6hint=2001:db8::1",
      R"(CAA 0 issue "letsencrypt.org")",
      R"(URI 10 1 "ftp://ftp1.example.com/public")",
      "LOC 42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m",
      "LOC 52 22 23.000 S 4 53 32.123 E 100.07m 0.00m 0.50m 90000000m",
      "SSHFP 2 1 123456789ABCDEF67890123456789ABCDEF67890",
      "DNAME target.example.org.",
      "OPT \\# 4 00030000",
      "TSIG hmac-sha256. 1700000000 300 4 AQIDBA== 4711 BADSIG 0",
      "TSIG hmac-sha256. 281474976710655 300 0 4711 NOERROR 6 AAECAwQF",
      "TYPE731 \\# 6 ABCDEF012345",
      "TYPE731 \\# 0",
  };
  for (const char* text : records) {
    DYNAMIC_SECTION(text) { CHECK(reprint(text) == text); }
  }
}

TEST_CASE("text that may be written in more than one way") {
  struct Case {
    const char* name;
    const char* given;
    const char* printed;
  };
  const Case cases[] = {
      {.name = "strings without quotes", .given = "TXT a b", .printed = R"(TXT "a" "b")"},
      {.name = "strings without blanks between them",
       .given = R"(TXT "a""b"c)",
       .printed = R"(TXT "a" "b" "c")"},
      {.name = "decimal escapes", .given = R"(TXT \065\"\ b)", .printed = R"(TXT "A\" b")"},
      {.name = "an empty string", .given = R"(TXT "")", .printed = R"(TXT "")"},
      {.name = "hexadecimal in pieces and small letters",
       .given = "DS 1 5 1 2bb1 83AF",
       .printed = "DS 1 5 1 2BB183AF"},
      {.name = "base64 in pieces", .given = "DNSKEY 1 3 5 AQ PS", .printed = "DNSKEY 1 3 5 AQPS"},
      {.name = "parentheses over lines",
       .given = "SOA ns. admin. ( 1 ; serial\n 1h 15m\n 1w ) 1d",
       .printed = "SOA ns. admin. 1 3600 900 604800 86400"},
      {.name = "a comment", .given = "A 192.0.2.1 ; here", .printed = "A 192.0.2.1"},
      {.name = "a semicolon in quotes", .given = R"(TXT "a;b")", .printed = R"(TXT "a;b")"},
      {.name = "types in any order and twice",
       .given = "NSEC a. TYPE257 A MX A",
       .printed = "NSEC a. A MX CAA"},
      {.name = "parameters in any order",
       .given = "SVCB 1 . port=443 alpn=h2,h3",
       .printed = R"(SVCB 1 . alpn="h2,h3" port=443)"},
      {.name = "a value in quotes",
       .given = R"(SVCB 1 . port="443")",
       .printed = "SVCB 1 . port=443"},
      {.name = "a value that does not fit its key",
       .given = R"(SVCB 1 . key3="a")",
       .printed = R"(SVCB 1 . key3="a")"},
      {.name = "a location without what may be left out",
       .given = "LOC 52 N 4 30 E 10",
       .printed = "LOC 52 0 0.000 N 4 30 0.000 E 10.00m 1m 10000m 10m"},
      {.name = "a known type in the form of an unknown one",
       .given = "A \\# 4 C000 0201",
       .printed = "A 192.0.2.1"},
      {.name = "a known type's number", .given = "TYPE1 192.0.2.1", .printed = "A 192.0.2.1"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(reprint(c.given) == c.printed); }
  }
}

TEST_CASE("text that is no record") {
  const char* const bad[] = {
      "A",
      "A 192.0.2",
      "A 192.0.2.1 192.0.2.2",
      "A 2001:db8::1",
      "AAAA 192.0.2.1",
      "MX mail.example.org.",
      "MX 65536 mail.example.org.",
      "MX -1 mail.example.org.",
      "NS a..b.",
      "SOA ns. admin. 1 2 3 4",
      "SOA ns. admin. 1 2 3 4 5x",
      "TXT",
      "TXT \"a",
      "TXT a\\",
      "TXT \\256",
      "TXT \\12",
      "DS 1 5 1 2BB",
      "DS 1 5 1 2G",
      "DNSKEY 1 3 5 AQP",
      "DNSKEY 1 3 5 A===",
      "RRSIG A 5 3 86400 20241322173103 20240220173103 2642 a. AAAA",
      "RRSIG A 5 3 86400 2024032217310 20240220173103 2642 a. AAAA",
      "NSEC a. A NOPE",
      "NSEC3 1 1 12 - ! A",
      "CAA 0 is-sue \"a\"",
      "CAA 256 issue \"a\"",
      "SVCB 1 . port=443 port=444",
      "SVCB 1 . port=65536",
      "SVCB 1 . alpn=",
      "SVCB 1 . no-default-alpn=1",
      "SVCB 1 . ipv4hint=2001:db8::1",
      "SVCB 1 . mandatory=port,port",
      "SVCB 1 . nokey=1",
      "LOC 91 N 4 E 10",
      "LOC 52 60 N 4 E 10",
      "LOC 52 N 4 E",
      "LOC 52 E 4 N 10",
      "LOC 52 N 4 E 10 1 1 1 1",
      "OPT 1",
      "TSIG a. 1 300 3 AQIDBA== 4711 NOERROR 0",
      "TYPE731 abcd",
      "TYPE731 \\# 3 ABCD",
      "TYPE731 \\# 65536 00",
      "A \\# 5 C000020100",
      "NS \\# 2 C00C",
      "A ( 192.0.2.1",
      "A 192.0.2.1 )",
      "NOPE 1",
      "",
  };
  for (const char* text : bad) {
    DYNAMIC_SECTION('"' << text << '"') { CHECK(reprint(text) == to_string(dns::Error::bad_text)); }
  }
}

TEST_CASE("owner, TTL and class") {
  struct Case {
    const char* name;
    const char* given;
    const char* printed;
  };
  const Case cases[] = {
      {.name = "all of them",
       .given = "a. 60 IN A 192.0.2.1",
       .printed = "a.\t60\tIN\tA\t192.0.2.1"},
      {.name = "class before TTL",
       .given = "a. IN 60 A 192.0.2.1",
       .printed = "a.\t60\tIN\tA\t192.0.2.1"},
      {.name = "no class", .given = "a. 60 A 192.0.2.1", .printed = "a.\t60\tIN\tA\t192.0.2.1"},
      {.name = "no TTL", .given = "a. IN A 192.0.2.1", .printed = "a.\t3600\tIN\tA\t192.0.2.1"},
      {.name = "neither", .given = "a. A 192.0.2.1", .printed = "a.\t3600\tIN\tA\t192.0.2.1"},
      {.name = "units", .given = "a. 1h30m A 192.0.2.1", .printed = "a.\t5400\tIN\tA\t192.0.2.1"},
      {.name = "another class",
       .given = "version.bind. 0 CH TXT x",
       .printed = "version.bind.\t0\tCH\tTXT\t\"x\""},
      {.name = "a class without a name",
       .given = "a. 0 CLASS42 TXT x",
       .printed = "a.\t0\tCLASS42\tTXT\t\"x\""},
      {.name = "small letters",
       .given = "A. 1 in a 192.0.2.1",
       .printed = "A.\t1\tIN\tA\t192.0.2.1"},
      {.name = "a relative owner",
       .given = "a 1 IN CNAME b",
       .printed = "a.example.org.\t1\tIN\tCNAME\tb.example.org."},
      {.name = "the origin itself",
       .given = "@ 1 IN CNAME @",
       .printed = "example.org.\t1\tIN\tCNAME\texample.org."},
      {.name = "empty lines around it",
       .given = "\n\na. 1 IN A 192.0.2.1\n\n",
       .printed = "a.\t1\tIN\tA\t192.0.2.1"},
  };
  const Name origin = Name::parse("example.org.").value();
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Arena arena;
      const auto record = parse_record(c.given, arena, origin);
      REQUIRE(record.has_value());
      CHECK(to_text(*record) == c.printed);
    }
  }
}

TEST_CASE("lines that are not one record") {
  const char* const bad[] = {
      "",
      "\n",
      "; only a comment",
      " 60 IN A 192.0.2.1",
      "a. 60 IN",
      "a. 60 60 A 192.0.2.1",
      "a. IN IN A 192.0.2.1",
      "a. 1x A 192.0.2.1",
      "a. A 192.0.2.1\nb. A 192.0.2.1",
      "\"a.\" A 192.0.2.1",
  };
  for (const char* text : bad) {
    DYNAMIC_SECTION('"' << text << '"') {
      Arena arena;
      const auto record = parse_record(text, arena);
      REQUIRE_FALSE(record.has_value());
      CHECK(record.error() == dns::Error::bad_text);
    }
  }
}

TEST_CASE("the error of an owner name is kept") {
  Arena arena;
  const auto record = parse_record(std::string(64, 'a') + ". 1 IN A 192.0.2.1", arena);
  REQUIRE_FALSE(record.has_value());
  CHECK(record.error() == dns::Error::label_too_long);
}

TEST_CASE("a long string is cut into pieces of 255 bytes") {
  Arena arena;
  const auto record = parse_record("a. TXT " + std::string(300, 'x'), arena);
  REQUIRE(record.has_value());
  CHECK(record->rdata.size() == 302);
  CHECK(record->rdata[0] == 255);
  CHECK(record->rdata[256] == 45);
  Arena other;
  CHECK_FALSE(parse_record("a. HINFO " + std::string(300, 'x') + " b", other).has_value());
}

TEST_CASE("data over 65535 bytes is refused") {
  std::string text = "a. TXT";
  for (int i = 0; i < 257; ++i) text += ' ' + std::string(255, 'x');
  Arena arena;
  CHECK_FALSE(parse_record(text, arena).has_value());
}

TEST_CASE("times are read as dates and as seconds") {
  Arena arena;
  const auto record = parse_record("a. RRSIG A 5 3 1d 21060207062815 1700000000 1 a. AAAA", arena);
  REQUIRE(record.has_value());
  CHECK(to_hex(record->rdata.subspan(8, 8)) == "FFFFFFFF6553F100");
  CHECK(rdata_to_text(Type::RRSIG, record->rdata) ==
        "A 5 3 86400 21060207062815 20231114221320 1 a. AAAA");
}

TEST_CASE("TTLs") {
  CHECK(parse_ttl("0") == 0u);
  CHECK(parse_ttl("4294967295") == 4294967295u);
  CHECK(parse_ttl("1w2d3h4m5s") == 788645u);
  CHECK(parse_ttl("1H30") == 3630u);
  for (const char* text : {"", "4294967296", "h", "1h m", "-1", "1y", "1hh", "8000w"}) {
    DYNAMIC_SECTION('"' << text << '"') { CHECK_FALSE(parse_ttl(text)); }
  }
}
