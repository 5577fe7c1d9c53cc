// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/oracle.hpp"

#include "test/sim/world.hpp"
#include "test/sim/worlds/question.hpp"

#include <algorithm>
#include <string>

namespace catena::sim {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kDatagram = 512;  // No query here has EDNS.
constexpr unsigned kFormErr = 1, kServFail = 2, kNotImp = 4, kRefused = 5;

unsigned rcode_of(std::span<const std::uint8_t> message) { return message[3] & 15u; }
bool is_cut(std::span<const std::uint8_t> message) { return (message[2] & 2u) != 0; }
std::size_t answers_in(std::span<const std::uint8_t> message) {
  return static_cast<std::size_t>(message[6] << 8 | message[7]);
}

unsigned expected_rcode(const Script& script, Carried carried) {
  if (script.fails()) return kServFail;
  const bool parts = script.ending == Ending::parts;
  return parts && carried == Carried::in_datagram ? kNotImp : 0;
}

std::size_t expected_records(const Script& script) {
  if (script.ending == Ending::large) return script.amount;
  return script.ending == Ending::parts ? 30 : 1;
}

// What is not a matter of the signature.
void check_message(const Asked& asked, std::span<const std::uint8_t> answer, Carried carried) {
  const std::string name = asked.script.name();
  expect(asked.script.answered() || is_refusal(answer), "{}: an answer that was to be dropped",
         name);
  const auto question = std::span(asked.message).first(asked.question_end).subspan(kHeader);
  expect(answer.size() >= asked.question_end &&
             std::equal(question.begin(), question.end(), answer.begin() + kHeader),
         "{}: another question came back", name);
  if (is_refusal(answer)) return;
  const unsigned rcode = expected_rcode(asked.script, carried);
  expect(rcode_of(answer) == rcode, "{}: rcode {}", name, rcode_of(answer));
  if (rcode != 0 || is_cut(answer)) return;
  const std::size_t records = expected_records(asked.script);
  expect(answers_in(answer) == records, "{}: {} records", name, answers_in(answer));
  const auto found = std::search(answer.begin() + static_cast<std::ptrdiff_t>(asked.question_end),
                                 answer.end(), name.begin(), name.end());
  expect(found != answer.end(), "{}: the records of another name", name);
}

}  // namespace

Asked query_of(const Script& script) {
  Asked asked{script, question_of(script.name(), dns::Type::TXT, script.number)};
  asked.question_end = asked.message.size();
  return asked;
}

Asked with_signature(Asked asked, std::uint64_t now, Dice& dice) {
  asked.signature.emplace(dice, now);
  asked.message = asked.signature->sign(std::move(asked.message));
  return asked;
}

Asked cut_short(Asked asked, Dice& dice) {
  asked.garbled = true;
  asked.message.resize(dice.between(kHeader, asked.message.size() - 1));
  return asked;
}

std::size_t owed(const Asked& asked, Carried carried) {
  if (asked.garbled || !asked.script.answered()) return 0;
  const bool parts = asked.script.ending == Ending::parts;
  return parts && carried == Carried::in_stream ? asked.script.amount : 1;
}

bool is_refusal(std::span<const std::uint8_t> answer) { return rcode_of(answer) == kRefused; }

void check_answer(Asked& asked, std::span<const std::uint8_t> answer, Carried carried) {
  const std::string name = asked.script.name();
  expect(answer.size() >= kHeader && (answer[2] & 0x80) != 0, "{}: no answer", name);
  expect(carried == Carried::in_stream || answer.size() <= kDatagram, "{}: too long", name);
  if (asked.garbled) {
    const unsigned rcode = rcode_of(answer);
    return expect(rcode == kFormErr || rcode == kServFail, "{}: cut, and rcode {}", name, rcode);
  }
  if (!asked.signature) return check_message(asked, answer, carried);
  // Of a datagram that came twice both answers are first ones.
  Signature once = *asked.signature;
  Signature& signature = carried == Carried::in_stream ? *asked.signature : once;
  check_message(asked, signature.taken_off(answer), carried);
}

}  // namespace catena::sim
