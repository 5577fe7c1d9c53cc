// SPDX-License-Identifier: Apache-2.0
#include "core/dns/answer_flags.hpp"
#include "core/dns/bytes.hpp"
#include "core/dns/writer.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

constexpr std::size_t kBareOpt = 11;  // Root, type, class, TTL, length.

constexpr std::uint16_t opcode_bits(Opcode opcode) {
  return static_cast<std::uint16_t>((static_cast<unsigned>(opcode) & 15u) << 11);
}

/// Rcode of twelve bits as it will be told, in header and OPT.
Rcode rcode_to_send(const Response& response, const Envelope& envelope) {
  const bool needs_opt = static_cast<unsigned>(response.rcode) > 15;
  return needs_opt && !envelope.opt ? Rcode::ServFail : response.rcode;
}

Flags flags_to_send(const Response& response, const Envelope& envelope, Rcode rcode) {
  Flags flags = flags_of_reply(response.flags, envelope.query_flags);
  flags.set(static_cast<std::uint16_t>(static_cast<unsigned>(rcode) & 15u));
  if (response.overflowed()) flags.set(Flags::kTC);
  return flags;
}

/// False when a record did not fit: what follows it is dropped as well, so that nobody mistakes a
/// row with a gap for a whole one.
bool write_records(Writer& writer, const Response& response) {
  for (const Section section : {Section::answer, Section::authority, Section::additional}) {
    for (const Record& record : response.records(section)) {
      if (!writer.record(section, record)) return false;
    }
  }
  return true;
}

}  // namespace

std::span<const std::uint8_t> encode(const Response& response,
                                     const Envelope& envelope,
                                     std::span<std::uint8_t> out) {
  const std::size_t limit = std::min({envelope.limit, out.size(), kMaxMessage});
  const Rcode rcode = rcode_to_send(response, envelope);
  Writer writer(out.first(limit));
  writer.header(envelope.id, flags_to_send(response, envelope, rcode));
  if (envelope.question && !writer.question(*envelope.question)) return {};
  std::optional<Edns> opt = envelope.opt;
  std::size_t opt_size = 0;
  if (opt) {
    if (writer.size() + kBareOpt + opt->options.size() > limit) opt->options = {};
    opt->extended_rcode = static_cast<std::uint8_t>(static_cast<unsigned>(rcode) >> 4);
    opt_size = kBareOpt + opt->options.size();
    if (writer.size() + opt_size > limit) return {};
  }
  writer.limit(limit - opt_size);
  if (!write_records(writer, response)) writer.set_truncated();
  writer.limit(limit);
  if (opt) writer.opt(*opt);
  return writer.finish();
}

std::array<std::uint8_t, kHeaderSize> bare_header(const Header& query, Rcode rcode, Opcode opcode) {
  constexpr std::uint16_t kAsReceived =
      Flags::kRD | Flags::kRA | Flags::kTC | Flags::kAD | Flags::kCD;
  std::array<std::uint8_t, kHeaderSize> header{};
  store16(header.data(), query.id);
  store16(header.data() + 2, static_cast<std::uint16_t>(Flags::kQR | opcode_bits(opcode) |
                                                        (query.flags.bits() & kAsReceived) |
                                                        (static_cast<unsigned>(rcode) & 15u)));
  return header;
}

}  // namespace catena::dns
