// SPDX-License-Identifier: Apache-2.0
#include "core/server/gate.hpp"

#include "core/dns/writer.hpp"

#include <algorithm>

namespace catena::server {
namespace {

using dns::Flags;
using dns::Header;
using dns::Opcode;
using dns::Rcode;

// At most one answer and one authority record (IXFR, NOTIFY), and OPT with TSIG.
bool counts_are_usual(const Header& header) {
  return header.counts[1] <= 1 && header.counts[2] <= 1 && header.counts[3] <= 2;
}

Admission bare(Refusal refusal, const Header& header, Rcode rcode, std::span<std::uint8_t> out) {
  const Opcode opcode = rcode == Rcode::FormErr ? Opcode::Query : header.flags.opcode();
  const auto bytes = dns::bare_header(header, rcode, opcode);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {refusal, out.first(bytes.size()), {}};
}

// FORMERR shows the question if that much could be read.
Admission malformed(std::span<const std::uint8_t> message,
                    const Header& header,
                    std::span<std::uint8_t> out) {
  const auto question = dns::parse_question(message);
  if (!question) return bare(Refusal::malformed, header, Rcode::FormErr, out);
  const auto bytes = dns::bare_header(header, Rcode::FormErr, Opcode::Query);
  dns::Writer writer(out);
  writer.header(header.id, Header::read(bytes)->flags);
  writer.question(*question);
  return {Refusal::malformed, writer.finish(), {}};
}

Flags reply_flags(const Header& header, Rcode rcode) {
  Flags flags(static_cast<std::uint16_t>(Flags::kQR | (static_cast<std::uint16_t>(rcode) & 15)));
  flags.set(header.flags.bits() & 0x7800);
  if (header.flags.opcode() == Opcode::Query) {
    flags.set(header.flags.bits() & (Flags::kRD | Flags::kCD));
  }
  return flags;
}

Admission bare_servfail(const Header& header, std::span<std::uint8_t> out) {
  dns::Writer writer(out);
  writer.header(header.id, reply_flags(header, Rcode::ServFail));
  return {Refusal::no_question, writer.finish(), {}};
}

// RFC 6891 section 6.1.3; size 0 and no flags, as CoreDNS.
Admission bad_version(const dns::MessageView& message, std::span<std::uint8_t> out) {
  dns::Edns opt;
  opt.udp_size = 0;
  opt.extended_rcode = static_cast<std::uint8_t>(static_cast<unsigned>(Rcode::BadVers) >> 4);
  dns::Writer writer(out);
  writer.header(message.id(), reply_flags(message.header(), Rcode::BadVers));
  writer.question(message.question());
  writer.opt(opt);
  return {Refusal::bad_version, writer.finish(), {}};
}

bool class_passes(const dns::MessageView& message, Classes classes) {
  return message.question().qclass == dns::Class::IN || classes == Classes::every;
}

}  // namespace

Admission admit(std::span<const std::uint8_t> message,
                const GateRules& rules,
                std::span<std::uint8_t> out) {
  const auto header = Header::read(message);
  if (!header || header->flags.has(Flags::kQR)) return {Refusal::not_a_query, {}, {}};
  const Opcode opcode = header->flags.opcode();
  if (!rules.opcodes.has(opcode)) return bare(Refusal::bad_opcode, *header, Rcode::NotImp, out);

  const bool extra = opcode != Opcode::Query && opcode != Opcode::Notify;
  if (header->counts[0] != 1 || (!extra && !counts_are_usual(*header))) {
    return bare(Refusal::malformed, *header, Rcode::FormErr, out);
  }
  if (message.size() == dns::kHeaderSize) return bare_servfail(*header, out);

  const auto parsed =
      dns::MessageView::parse(message, dns::MessageView::Counts::lenient_after_question);
  if (!parsed) return malformed(message, *header, out);
  const bool unknown_version = parsed->edns() && parsed->edns()->version != 0;
  if (unknown_version && class_passes(*parsed, rules.classes)) return bad_version(*parsed, out);
  return {Refusal::none, {}, *parsed};
}

}  // namespace catena::server
