// SPDX-License-Identifier: Apache-2.0
#include "core/dns/scanner.hpp"

#include "test/support/records.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace catena;
using namespace catena::dns;

namespace {

using Files = std::map<std::string, std::string>;

struct Scanned {
  test::Lines records;
  std::string fault;
};

Scanned scan(const std::string& text, const Files& files = {}) {
  const OpenFile open = [&files](const std::string& path) -> boost::system::result<std::string> {
    const auto file = files.find(path);
    if (file != files.end()) return file->second;
    return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
  };
  ZoneScanner scanner("zones/db", text, Name::parse("example.org.").value(), open);
  Scanned scanned;
  Arena arena;
  while (true) {
    arena.reset();
    const auto record = scanner.next(arena);
    if (!record) {
      scanned.fault = record.error().to_string();
      CHECK_FALSE(scanner.next(arena)->has_value());
      return scanned;
    }
    if (!*record) return scanned;
    scanned.records.push_back(test::line(**record));
  }
}

constexpr const char* kZone = R"($TTL 1h
$ORIGIN example.org.
@	IN SOA ns1 admin (
		2024010101 ; serial
		2h 1h 2w 5m )
	NS	ns1
	NS	ns2.example.net.
ns1	A	192.0.2.1
	5m AAAA	2001:db8::1

; a comment
www	IN 60 CNAME	@
$ORIGIN sub
a	TXT	"x ; y"
*.w	MX	10 mail.example.org.
)";

}  // namespace

TEST_CASE("a zone file is read record by record") {
  const Scanned scanned = scan(kZone);
  CHECK(scanned.fault.empty());
  CHECK_THAT(scanned.records, test::is_records(R"(
      example.org. 3600 IN SOA ns1.example.org. admin.example.org. 2024010101 7200 3600 1209600 300
      example.org. 3600 IN NS ns1.example.org.
      example.org. 3600 IN NS ns2.example.net.
      ns1.example.org. 3600 IN A 192.0.2.1
      ns1.example.org. 300 IN AAAA 2001:db8::1
      www.example.org. 60 IN CNAME example.org.
      a.sub.example.org. 3600 IN TXT "x ; y"
      *.w.sub.example.org. 3600 IN MX 10 mail.example.org.)"));
}

TEST_CASE("without $TTL the last TTL named is the next one's") {
  CHECK_THAT(scan("a 60 A 192.0.2.1\nb A 192.0.2.2\nc 70 A 192.0.2.3\nd A 192.0.2.4").records,
             test::is_records(R"(
                 a.example.org. 60 IN A 192.0.2.1
                 b.example.org. 60 IN A 192.0.2.2
                 c.example.org. 70 IN A 192.0.2.3
                 d.example.org. 70 IN A 192.0.2.4)"));
}

TEST_CASE("$INCLUDE reads another file in between") {
  const Files files = {
      {"zones/sub/inner", "@ A 192.0.2.1\n$ORIGIN elsewhere.\nb 7 A 192.0.2.2\n$INCLUDE more\n"},
      {"zones/sub/more", "c A 192.0.2.3\n"},
      {"/absolute", "d A 192.0.2.4"},
  };
  const Scanned scanned = scan(
      "$TTL 60\no A 192.0.2.9\n$INCLUDE sub/inner in ; comment\n TXT same\n$INCLUDE /absolute\n",
      files);
  CHECK(scanned.fault.empty());
  CHECK_THAT(scanned.records, test::is_records(R"(
      o.example.org. 60 IN A 192.0.2.9
      in.example.org. 60 IN A 192.0.2.1
      b.elsewhere. 7 IN A 192.0.2.2
      c.elsewhere. 60 IN A 192.0.2.3
      o.example.org. 60 IN TXT "same"
      d.example.org. 60 IN A 192.0.2.4)"));
}

TEST_CASE("$INCLUDE goes seven files deep") {
  Files files;
  for (int i = 1; i <= 8; ++i) {
    files["zones/" + std::to_string(i)] = "$INCLUDE " + std::to_string(i + 1) + "\n";
  }
  files["zones/8"] = "a 1 A 192.0.2.1\n";
  CHECK_THAT(scan("$INCLUDE 2\n", files).records, test::is_records("a.example.org. 1 A 192.0.2.1"));
  CHECK(scan("$INCLUDE 1\n", files).fault == "zones/7:1: too deeply nested $INCLUDE \"8\"");
}

TEST_CASE("$GENERATE counts") {
  struct Case {
    const char* name;
    const char* line;
    const char* records;
  };
  const Case cases[] = {
      {.name = "plain",
       .line = "$GENERATE 1-2 h$ 60 IN A 192.0.2.$",
       .records = "h1.example.org. 60 A 192.0.2.1\n h2.example.org. 60 A 192.0.2.2"},
      {.name = "in steps",
       .line = "$GENERATE 0-5/5 $ 60 PTR h-$",
       .records =
           "0.example.org. 60 PTR h-0.example.org.\n 5.example.org. 60 PTR h-5.example.org."},
      {.name = "with offset, width and base",
       .line = "$GENERATE 10-10 a${-1}.b${5,4}.c${0,3,x}.d${0,0,X} 60 TXT \\$ ${0,2,o}",
       .records = "a9.b0015.c00a.dA.example.org. 60 TXT \"$\" \"12\""},
      {.name = "nibbles",
       .line = "$GENERATE 26-26 ${0,5,n}.${0,0,N} 60 TXT x ; comment",
       .records = "a.1.0.A.1.example.org. 60 TXT x"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Scanned scanned = scan(c.line);
      CHECK(scanned.fault.empty());
      CHECK_THAT(scanned.records, test::is_records(c.records));
    }
  }
}

TEST_CASE("$GENERATE takes 65536 steps and no more") {
  CHECK(scan("$GENERATE 0-65535 h$ 60 A 192.0.2.1\n").records.size() == 65536);
  CHECK(scan("$GENERATE 0-65536 h$ 60 A 192.0.2.1\n").fault ==
        "zones/db:1: bad range in $GENERATE \"0-65536\"");
}

TEST_CASE("faults name the file, the line and what is wrong") {
  struct Case {
    const char* name;
    const char* text;
    const char* fault;
  };
  const Case cases[] = {
      {.name = "an unknown type", .text = "\na 1 NOPE x", .fault = "2: unknown type \"NOPE\""},
      {.name = "no TTL", .text = "a A 192.0.2.1", .fault = "1: missing TTL with no previous value"},
      {.name = "no owner", .text = " 1 A 192.0.2.1", .fault = "1: no owner name before this line"},
      {.name = "bad data in a later line",
       .text = "a 1 SOA ns admin (\n1\n2\nx\n4 5)",
       .fault = "4: not a TTL \"x\""},
      {.name = "data that ends too early",
       .text = "a 1 MX 10\nb",
       .fault = "1: data ends too early"},
      {.name = "too much data",
       .text = "a 1 A 192.0.2.1 x",
       .fault = "1: more text than the type's data has \"x\""},
      {.name = "a quote without its partner",
       .text = "a 1 TXT \"x\nb",
       .fault = "1: quote or parenthesis without its partner \"\"\""},
      {.name = "an unknown directive",
       .text = "$NOPE 1",
       .fault = "1: unknown directive \"$NOPE\""},
      {.name = "no origin", .text = "$ORIGIN", .fault = "1: $ORIGIN without a name"},
      {.name = "a bad origin",
       .text = "$ORIGIN a..b",
       .fault = "1: $ORIGIN without a name \"a..b\""},
      {.name = "a bad TTL", .text = "$TTL x", .fault = "1: $TTL without a time \"x\""},
      {.name = "more text behind a directive",
       .text = "$TTL 1 2",
       .fault = "1: more text than the directive takes \"2\""},
      {.name = "no file", .text = "$INCLUDE", .fault = "1: $INCLUDE without a file"},
      {.name = "a file that is not there",
       .text = "$INCLUDE x",
       .fault = "1: No such file or directory \"zones/x\""},
      {.name = "no range", .text = "$GENERATE", .fault = "1: $GENERATE without a range"},
      {.name = "nothing to repeat",
       .text = "$GENERATE 1-2",
       .fault = "1: $GENERATE without a record"},
      {.name = "a range backwards",
       .text = "$GENERATE 2-1 a$ 1 A 192.0.2.1",
       .fault = "1: bad range in $GENERATE \"2-1\""},
      {.name = "no step at all",
       .text = "$GENERATE 1-2/0 a$ 1 A 192.0.2.1",
       .fault = "1: bad range in $GENERATE \"1-2/0\""},
      {.name = "an unknown base",
       .text = "$GENERATE 1-2 a${0,0,q} 1 A 192.0.2.1",
       .fault = "1: bad ${offset,width,base} in $GENERATE"},
      {.name = "a brace without its partner",
       .text = "$GENERATE 1-2 a${0 1 A 192.0.2.1",
       .fault = "1: bad ${offset,width,base} in $GENERATE"},
      {.name = "below zero",
       .text = "$GENERATE 1-2 a${-2} 1 A 192.0.2.1",
       .fault = "1: bad ${offset,width,base} in $GENERATE"},
      {.name = "a bad record that was generated",
       .text = "\n$GENERATE 256-256 a 1 A 192.0.2.$",
       .fault = "2: not an address \"192.0.2.256\""},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(scan(c.text).fault == "zones/db:" + std::string(c.fault)); }
  }
}

TEST_CASE("a fault in an included file names that file") {
  CHECK(scan("$INCLUDE x\n", {{"zones/x", "\n\na 1 NOPE"}}).fault ==
        "zones/x:3: unknown type \"NOPE\"");
}

TEST_CASE("without a way to open files there is no $INCLUDE") {
  ZoneScanner scanner("db", "$INCLUDE x", Name());
  Arena arena;
  const auto record = scanner.next(arena);
  REQUIRE_FALSE(record.has_value());
  CHECK(record.error().to_string() == "db:1: $INCLUDE is not possible here");
}

TEST_CASE("a full arena is a fault") {
  ZoneScanner scanner("db", "a 1 A 192.0.2.1", Name());
  Arena arena;
  while (arena.take(4096) != nullptr) {
  }
  while (arena.take(1, 1) != nullptr) {
  }
  const auto record = scanner.next(arena);
  REQUIRE_FALSE(record.has_value());
  CHECK(record.error().text == "record too large");
}
