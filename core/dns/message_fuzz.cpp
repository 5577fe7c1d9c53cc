// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message: what is read can be unpacked, written and read again, and is the same.
#include "core/dns/message.hpp"
#include "core/dns/response.hpp"
#include "core/dns/tsig.hpp"
#include "core/dns/writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace catena::dns {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Owners may have taken the question's letter case, and nothing else may have.
bool same(const Record& a, const Record& b) {
  return a.owner == b.owner && a.type == b.type && a.rclass == b.rclass && a.ttl == b.ttl &&
         std::ranges::equal(a.rdata, b.rdata);
}

Envelope envelope_of(const MessageView& message, std::size_t limit) {
  Envelope envelope{.id = message.id(), .query_flags = message.flags(), .limit = limit};
  if (message.header().counts[0] == 1) envelope.question = message.question();
  envelope.opt = message.edns();
  return envelope;
}

void check_written(std::span<const std::uint8_t> bytes, const Response& response, bool whole) {
  const Result<MessageView> again = MessageView::parse(bytes);
  require(again.has_value());
  Arena arena;
  Response copy(arena);
  require(copy.assign(*again).has_value());
  require(copy.rcode == response.rcode || !again->edns());
  for (const Section section : {Section::answer, Section::authority, Section::additional}) {
    const auto before = response.records(section);
    const auto after = copy.records(section);
    require(after.size() <= before.size() && (!whole || after.size() == before.size()));
    require(std::equal(after.begin(), after.end(), before.begin(), same));
  }
}

bool same(const Tsig& a, const Tsig& b) {
  return a.key.same_case(b.key) && a.algorithm.same_case(b.algorithm) && a.time == b.time &&
         a.fudge == b.fudge && std::ranges::equal(a.mac, b.mac) && a.original_id == b.original_id &&
         a.error == b.error && std::ranges::equal(a.other, b.other);
}

// What is read is written again, and is the same then.
void check_tsig(const MessageView& message, Arena& arena) {
  const Result<Tsig> tsig = read_tsig(message, arena);
  require(tsig.has_value() || tsig.error() == Error::bad_rdata);
  if (!tsig) return;
  std::array<std::uint8_t, kSignedVariables> variables;
  (void)signed_variables(*tsig, variables);
  const auto header = signed_header(message, *tsig);
  std::vector<std::uint8_t> copy(message.bytes().begin(), message.bytes().end());
  std::copy(header.begin(), header.end(), copy.begin());
  copy.resize(*message.tsig() + size_of(*tsig));
  require(append_tsig(copy, *message.tsig(), *tsig) == copy.size());
  const MessageView again = MessageView::parse(copy).value();
  require(same(read_tsig(again, arena).value(), *tsig));
}

void check_message(std::span<const std::uint8_t> bytes) {
  const Result<MessageView> message = MessageView::parse(bytes);
  const auto lenient = MessageView::parse(bytes, MessageView::Counts::lenient_after_question);
  require(!message || lenient.has_value());
  if (!message) return;
  Arena arena;
  if (message->tsig()) check_tsig(*message, arena);
  Response response(arena);
  const Result<void> assigned = response.assign(*message);
  require(assigned.has_value() || assigned.error() == Error::no_room);
  if (!assigned) return;
  std::vector<std::uint8_t> out(kMaxMessage);
  for (const std::size_t limit : {std::size_t{512}, std::size_t{1232}, kMaxMessage}) {
    const auto written = encode(response, envelope_of(*message, limit), out);
    require(written.size() <= limit);
    if (written.empty()) continue;
    const Header header = Header::read(written).value();
    check_written(written, response, !header.flags.has(Flags::kTC));
  }
}

}  // namespace
}  // namespace catena::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Data that unpacks to more than 65535 bytes has no place in a message any more.
  if (size > 32768) return 0;
  (void)catena::dns::parse_question({data, size});
  catena::dns::check_message({data, size});
  return 0;
}
