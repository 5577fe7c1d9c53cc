// SPDX-License-Identifier: Apache-2.0
#include "core/server/gate.hpp"

#include "test/support/messages.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::server {
namespace {

using Bytes = std::vector<std::uint8_t>;
using test::query_bytes;

Bytes with_flags(Bytes message, std::uint8_t first, std::uint8_t second) {
  message[2] = first;
  message[3] = second;
  return message;
}

Bytes with_counts(Bytes message, const std::array<std::uint8_t, 4>& counts) {
  for (std::size_t i = 0; i < 4; ++i) message[5 + 2 * i] = counts[i];
  return message;
}

Bytes followed_by(Bytes message, const Bytes& more) {
  message.insert(message.end(), more.begin(), more.end());
  return message;
}

Bytes cut(Bytes message, std::size_t size) {
  message.resize(size);
  return message;
}

Bytes question_with_name(const Bytes& name) {
  Bytes message = with_counts(cut(query_bytes(". A"), dns::kHeaderSize), {1, 0, 0, 0});
  message = followed_by(message, name);
  return followed_by(message, {0, 1, 0, 1});
}

Bytes labels(std::size_t count, std::uint8_t size) {
  Bytes name;
  for (std::size_t i = 0; i < count; ++i) {
    name.push_back(size);
    name.insert(name.end(), size, 'a');
  }
  name.push_back(0);
  return name;
}

const Bytes kOpt{0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};

Bytes two_opts() {
  const Bytes one = followed_by(query_bytes("a.example. A"), kOpt);
  return with_counts(followed_by(one, kOpt), {1, 0, 0, 2});
}

struct Reply {
  Refusal refusal;
  std::string rcode;
  std::string flags;
  std::string question;
};

struct Case {
  const char* name;
  Bytes message;
  Reply reply;
};

const Reply kSilence{Refusal::not_a_query, "", "", ""};
const Reply kAccepted{Refusal::none, "", "", ""};
const Reply kBareFormErr{Refusal::malformed, "FORMERR", "qr rd", ""};

const std::vector<Case>& cases() {
  static const Bytes kPlain = query_bytes("www.Example.org. A");
  static const std::vector<Case> all{
      {"an ordinary query passes", kPlain, kAccepted},
      {"a query with EDNS passes", query_bytes("a. A", {.edns_size = 1232}), kAccepted},
      {"a NOTIFY passes", query_bytes("a. SOA", {.opcode = dns::Opcode::Notify}), kAccepted},
      {"bytes behind the message are ignored", followed_by(kPlain, {1, 2, 3}), kAccepted},
      {"a message that ends behind the question may count one answer",
       with_counts(kPlain, {1, 1, 0, 0}), kAccepted},
      {"one that may count an authority record", with_counts(kPlain, {1, 0, 1, 0}), kAccepted},
      {"one that may count two additional records", with_counts(kPlain, {1, 0, 0, 2}), kAccepted},
      {"nothing is no query", {}, kSilence},
      {"eleven bytes are no query", cut(kPlain, 11), kSilence},
      {"a response is no query", with_flags(kPlain, 0x81, 0x80), kSilence},
      {"a response with an odd opcode is no query", with_flags(kPlain, 0xa9, 0), kSilence},
      {"opcode IQUERY is not implemented",
       with_flags(kPlain, 0x09, 0),
       {Refusal::bad_opcode, "NOTIMP", "qr rd", ""}},
      {"opcode UPDATE is not implemented",
       with_flags(kPlain, 0x28, 0),
       {Refusal::bad_opcode, "NOTIMP", "qr", ""}},
      {"no question is malformed", with_counts(kPlain, {0, 0, 0, 0}), kBareFormErr},
      {"two questions are malformed", with_counts(kPlain, {2, 0, 0, 0}), kBareFormErr},
      {"two answers are malformed", with_counts(kPlain, {1, 2, 0, 0}), kBareFormErr},
      {"two authority records are malformed", with_counts(kPlain, {1, 0, 2, 0}), kBareFormErr},
      {"three additional records are malformed", with_counts(kPlain, {1, 0, 0, 3}), kBareFormErr},
      {"TC, RA, AD and CD come back, AA and Z do not",
       with_counts(with_flags(kPlain, 0x07, 0xf0), {2, 0, 0, 0}),
       {Refusal::malformed, "FORMERR", "qr tc rd ra ad cd", ""}},
      {"a bare header fails", cut(kPlain, 12), {Refusal::no_question, "SERVFAIL", "qr rd", ""}},
      {"a question cut in its name is malformed", cut(kPlain, 20), kBareFormErr},
      {"a question cut in its class is malformed", cut(kPlain, kPlain.size() - 1), kBareFormErr},
      {"a label over 63 bytes", question_with_name(followed_by({64}, Bytes(64, 'a'))),
       kBareFormErr},
      {"a name over 255 bytes", question_with_name(labels(5, 60)), kBareFormErr},
      {"a name that points at itself", question_with_name({0xc0, 12}), kBareFormErr},
      {"a name that points forwards", question_with_name({0xc0, 20}), kBareFormErr},
      {"a broken record shows the question",
       followed_by(with_counts(kPlain, {1, 0, 0, 1}), {0, 0, 41, 4}),
       {Refusal::malformed, "FORMERR", "qr rd", "www.Example.org. IN A"}},
      {"an option that is cut is malformed",
       query_bytes("a. A", {.edns_size = 512, .edns_options = {0, 10, 0, 8, 1, 2}}),
       {Refusal::malformed, "FORMERR", "qr rd", "a. IN A"}},
      {"OPT twice is malformed",
       two_opts(),
       {Refusal::malformed, "FORMERR", "qr rd", "a.example. IN A"}},
      {"EDNS version 1 is unknown",
       query_bytes("a. A", {.edns_size = 512, .edns_version = 1}),
       {Refusal::bad_version, "BADVERS", "qr rd", "a. IN A"}},
      {"another class passes, whatever its EDNS version",
       query_bytes("version.bind. CH TXT", {.edns_size = 512, .edns_version = 1}), kAccepted},
  };
  return all;
}

TEST_CASE("the gate judges every message as CoreDNS does", "[gate]") {
  for (const Case& c : cases()) {
    DYNAMIC_SECTION(c.name) {
      std::array<std::uint8_t, kGateReply> out;
      const Admission admission = admit(c.message, {}, out);
      CHECK(admission.refusal == c.reply.refusal);
      REQUIRE(admission.reply.empty() == c.reply.rcode.empty());
      if (admission.reply.empty()) return;
      const test::DecodedMessage reply = test::decode(admission.reply);
      CHECK(reply.id == 1);
      CHECK(reply.rcode == c.reply.rcode);
      CHECK(reply.flags == c.reply.flags);
      CHECK(reply.question == c.reply.question);
      CHECK(reply.edns.has_value() == (c.reply.rcode == "BADVERS"));
    }
  }
}

TEST_CASE("an opcode that a block admits passes with any counts", "[gate]") {
  GateRules rules;
  rules.opcodes.add(dns::Opcode::Update);
  std::array<std::uint8_t, kGateReply> out;
  const Bytes update = with_flags(query_bytes("example.org. SOA"), 0x28, 0);
  CHECK(admit(update, rules, out).refusal == Refusal::none);
  CHECK(admit(with_counts(update, {2, 0, 0, 0}), rules, out).refusal == Refusal::malformed);
  const Admission many = admit(with_counts(update, {1, 0, 9, 0}), rules, out);
  CHECK(many.reply.empty());
}

TEST_CASE("a listener for every class knows the EDNS version there too", "[gate]") {
  std::array<std::uint8_t, kGateReply> out;
  const Bytes query = query_bytes("version.bind. CH TXT", {.edns_size = 512, .edns_version = 1});
  const Admission admission = admit(query, {.opcodes = {}, .classes = Classes::every}, out);
  CHECK(admission.refusal == Refusal::bad_version);
  CHECK(test::decode(admission.reply).edns->version == 0);
  CHECK(test::decode(admission.reply).edns->udp_size == 0);
}

}  // namespace
}  // namespace catena::server
