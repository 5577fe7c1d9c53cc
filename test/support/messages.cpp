// SPDX-License-Identifier: Apache-2.0
#include "test/support/messages.hpp"

#include "core/dns/message.hpp"
#include "core/dns/writer.hpp"

#include <fmt/format.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace catena::test {
namespace {

struct ParsedQuestion {
  dns::Name name;
  dns::Type type = dns::Type::A;
  dns::Class qclass = dns::Class::IN;
};

/// A name, then class and type in this order; the class may be left out.
ParsedQuestion parse_question(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::string name, first, second, surplus;
  stream >> name >> first >> second >> surplus;
  const auto parsed_name = dns::Name::parse(name);
  const auto type = dns::parse_type(second.empty() ? first : second);
  const auto qclass = second.empty() ? dns::Class::IN : dns::parse_class(first);
  if (!parsed_name || !type || !qclass || !surplus.empty()) {
    throw std::invalid_argument("not a question: " + std::string(text));
  }
  return {*parsed_name, *type, *qclass};
}

dns::Flags flags_of(const QueryOptions& options) {
  dns::Flags flags(static_cast<std::uint16_t>(static_cast<unsigned>(options.opcode) << 11));
  if (options.recursion_desired) flags.set(dns::Flags::kRD);
  if (options.authentic_data) flags.set(dns::Flags::kAD);
  if (options.checking_disabled) flags.set(dns::Flags::kCD);
  return flags;
}

std::optional<dns::Edns> edns_of(const QueryOptions& options) {
  const bool wanted = options.edns_size || options.dnssec_ok || options.edns_version != 0 ||
                      !options.edns_options.empty();
  if (!wanted) return std::nullopt;
  dns::Edns edns;
  edns.udp_size = options.edns_size.value_or(1232);
  edns.version = options.edns_version;
  edns.flags = options.dnssec_ok ? dns::Edns::kDO : std::uint16_t{0};
  edns.options = options.edns_options;
  return edns;
}

std::string print_flags(dns::Flags flags) {
  using dns::Flags;
  constexpr std::pair<std::uint16_t, std::string_view> kNames[] = {
      {Flags::kQR, "qr"}, {Flags::kAA, "aa"}, {Flags::kTC, "tc"}, {Flags::kRD, "rd"},
      {Flags::kRA, "ra"}, {Flags::kZ, "z"},   {Flags::kAD, "ad"}, {Flags::kCD, "cd"},
  };
  std::string text;
  for (const auto& [mask, name] : kNames) {
    if (!flags.has(mask)) continue;
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

std::string print(const dns::Question& question) {
  return fmt::format("{} {} {}", question.name.to_text(), dns::to_string(question.qclass),
                     dns::to_string(question.type));
}

DecodedEdns decode(const dns::Edns& edns) {
  DecodedEdns decoded{edns.udp_size, edns.version, edns.dnssec_ok(), {}};
  for (auto rest = edns.options; rest.size() >= 4;) {
    const unsigned code = rest[0] << 8 | rest[1];
    const std::size_t size = rest[2] << 8 | rest[3];
    std::string text = fmt::format("{} ", code);
    for (const std::uint8_t byte : rest.subspan(4, size)) text += fmt::format("{:02x}", byte);
    if (size == 0) text.pop_back();
    decoded.options.push_back(text);
    rest = rest.subspan(4 + size);
  }
  return decoded;
}

Lines section_lines(const dns::MessageView& message, dns::Section section) {
  Arena arena;
  Lines lines;
  for (const dns::PackedRecord& packed : message.records(section)) {
    const auto record = message.unpack(packed, arena);
    if (!record) throw std::invalid_argument("a record's data does not fit its type");
    lines.push_back(line(*record));
  }
  return lines;
}

}  // namespace

std::vector<std::uint8_t> query_bytes(std::string_view question, const QueryOptions& options) {
  const ParsedQuestion asked = parse_question(question);
  std::array<std::uint8_t, 4096> buffer;
  dns::Writer writer(buffer);
  writer.header(options.id, flags_of(options));
  bool fits = writer.question({asked.name.view(), asked.type, asked.qclass});
  if (const auto edns = edns_of(options)) fits = writer.opt(*edns) && fits;
  if (!fits) throw std::invalid_argument("query over 4096 bytes");
  const auto message = writer.finish();
  return {message.begin(), message.end()};
}

DecodedMessage decode(std::span<const std::uint8_t> message) {
  const auto parsed = dns::MessageView::parse(message);
  if (!parsed) {
    throw std::invalid_argument("not a message: " + std::string(dns::to_string(parsed.error())));
  }
  DecodedMessage decoded;
  decoded.id = parsed->id();
  decoded.opcode = parsed->flags().opcode();
  decoded.rcode = dns::to_string(parsed->rcode());
  decoded.flags = print_flags(parsed->flags());
  if (parsed->header().counts[0] == 1) decoded.question = print(parsed->question());
  decoded.answer = section_lines(*parsed, dns::Section::answer);
  decoded.authority = section_lines(*parsed, dns::Section::authority);
  decoded.additional = section_lines(*parsed, dns::Section::additional);
  if (parsed->edns()) decoded.edns = decode(*parsed->edns());
  decoded.has_tsig = parsed->tsig().has_value();
  decoded.size = message.size();
  return decoded;
}

}  // namespace catena::test
