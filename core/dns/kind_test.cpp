// SPDX-License-Identifier: Apache-2.0
#include "core/dns/response.hpp"
#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::dns {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uint32_t kNow = 1'700'000'000;  // 2023-11-14 22:13:20.
const std::string kAddress = "a. 300 IN A 192.0.2.1";
const std::string kSoa = "a. 60 IN SOA ns.a. root.a. 1 2 3 4 5";
const std::string kNs = "a. 300 IN NS ns.a.";

std::string signature(const char* expiration, const char* inception) {
  return fmt::format("a. 300 IN RRSIG A 8 1 300 {} {} 1 a. AAAA", expiration, inception);
}
const std::string kValid = signature("20231201000000", "20231101000000");
const std::string kExpired = signature("20231114221319", "20231101000000");
const std::string kEarly = signature("20231201000000", "20231114221321");

TEST_CASE("answers are of a kind, and kinds of a class") {
  struct Case {
    const char* title;
    Opcode opcode = Opcode::Query;
    Type type = Type::A;
    Rcode rcode = Rcode::NoError;
    Lines answer;
    Lines authority;
    bool dnssec_ok = false;
    const char* kind;
    const char* kind_class;
  };
  const Case cases[] = {
      {.title = "an address", .answer = {kAddress}, .kind = "NOERROR", .kind_class = "success"},
      {.title = "nothing at all", .kind = "NOERROR", .kind_class = "success"},
      {.title = "an answer beside an SOA",
       .answer = {kAddress},
       .authority = {kSoa},
       .kind = "NOERROR",
       .kind_class = "success"},
      {.title = "an SOA only", .authority = {kSoa}, .kind = "NODATA", .kind_class = "denial"},
      {.title = "an SOA beside NS",
       .authority = {kNs, kSoa},
       .kind = "NODATA",
       .kind_class = "denial"},
      {.title = "NS only", .authority = {kNs}, .kind = "DELEGATION", .kind_class = "success"},
      {.title = "NXDOMAIN",
       .rcode = Rcode::NXDomain,
       .authority = {kSoa},
       .kind = "NXDOMAIN",
       .kind_class = "denial"},
      {.title = "NXDOMAIN without an SOA",
       .rcode = Rcode::NXDomain,
       .kind = "NXDOMAIN",
       .kind_class = "denial"},
      {.title = "NXDOMAIN at the end of a CNAME",
       .rcode = Rcode::NXDomain,
       .answer = {kAddress},
       .kind = "OTHERERROR",
       .kind_class = "error"},
      {.title = "SERVFAIL", .rcode = Rcode::ServFail, .kind = "SERVERERROR", .kind_class = "error"},
      {.title = "NOTIMP", .rcode = Rcode::NotImp, .kind = "SERVERERROR", .kind_class = "error"},
      {.title = "REFUSED with an NS",
       .rcode = Rcode::Refused,
       .authority = {kNs},
       .kind = "OTHERERROR",
       .kind_class = "error"},
      {.title = "SERVFAIL with an answer",
       .rcode = Rcode::ServFail,
       .answer = {kAddress},
       .kind = "SERVERERROR",
       .kind_class = "error"},
      {.title = "an update", .opcode = Opcode::Update, .kind = "UPDATE", .kind_class = "error"},
      {.title = "a notify", .opcode = Opcode::Notify, .kind = "META", .kind_class = "error"},
      {.title = "a transfer",
       .type = Type::AXFR,
       .answer = {kAddress},
       .kind = "META",
       .kind_class = "error"},
      {.title = "an incremental one", .type = Type::IXFR, .kind = "META", .kind_class = "error"},
      {.title = "a valid signature",
       .answer = {kAddress, kValid},
       .dnssec_ok = true,
       .kind = "NOERROR",
       .kind_class = "success"},
      {.title = "an expired signature",
       .answer = {kAddress, kExpired},
       .dnssec_ok = true,
       .kind = "OTHERERROR",
       .kind_class = "error"},
      {.title = "a signature of the future",
       .authority = {kSoa, kEarly},
       .dnssec_ok = true,
       .kind = "OTHERERROR",
       .kind_class = "error"},
      {.title = "an expired signature that nobody asked for",
       .answer = {kAddress, kExpired},
       .kind = "NOERROR",
       .kind_class = "success"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Arena arena;
      Response response(arena);
      response.rcode = c.rcode;
      testing::add(response, Section::answer, c.answer);
      testing::add(response, Section::authority, c.authority);
      const Asked asked{.opcode = c.opcode, .question = {.name = NameView(), .type = c.type}};
      const Kind kind = kind_of(response, asked, c.dnssec_ok, kNow);
      CHECK(to_string(kind) == c.kind);
      CHECK(to_string(class_of(kind)) == c.kind_class);
    }
  }
}

TEST_CASE("DO in the answer's own OPT makes signatures count too") {
  Arena arena;
  Response response(arena);
  testing::add(response, Section::additional, {kExpired});
  CHECK(kind_of(response, {}, false, kNow) == Kind::NoError);
  response.edns = Edns{.flags = Edns::kDO};
  CHECK(kind_of(response, {}, false, kNow) == Kind::OtherError);
  // One day before the signature ends: times wrap around after 136 years.
  CHECK(kind_of(response, {}, false, kNow - 86400) == Kind::NoError);
}

TEST_CASE("the smallest TTL counts, unless there is nothing to go by") {
  struct Case {
    const char* title;
    Kind kind;
    Lines answer;
    Lines authority;
    Lines additional;
    std::uint32_t expected;
  };
  const Case cases[] = {
      {"one record", Kind::NoError, {kAddress}, {}, {}, 300},
      {"the smallest of three sections",
       Kind::NoError,
       {kAddress},
       {kSoa},
       {"a. 30 IN A 192.0.2.1"},
       30},
      {"the TTL of an SOA, not its minimum", Kind::NoData, {}, {kSoa}, {}, 60},
      {"NXDOMAIN", Kind::NXDomain, {}, {kSoa}, {}, 60},
      {"the caller's maximum", Kind::NoError, {"a. 9999 IN A 192.0.2.1"}, {}, {}, 3600},
      {"a TTL of zero", Kind::NoError, {"a. 0 IN A 192.0.2.1"}, {}, {}, 0},
      {"an empty answer", Kind::NoError, {}, {}, {}, 5},
      {"an error", Kind::ServerError, {kAddress}, {}, {}, 5},
      {"a delegation", Kind::Delegation, {}, {kNs}, {}, 5},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Arena arena;
      Response response(arena);
      testing::add(response, Section::answer, c.answer);
      testing::add(response, Section::authority, c.authority);
      testing::add(response, Section::additional, c.additional);
      CHECK(minimal_ttl(response, c.kind, 3600) == c.expected);
    }
  }
}

}  // namespace
}  // namespace catena::dns
