// SPDX-License-Identifier: Apache-2.0
#include "core/dns/record_reader.hpp"

#include <limits>

namespace catena::dns {
namespace {

/// How many seconds a unit has; 0 for no unit.
std::uint64_t seconds_of(char unit) {
  switch (to_lower(unit)) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86'400;
    case 'w':
      return 604'800;
    default:
      return 0;
  }
}

/// TTL and class in any order, then the type.
struct Heading {
  std::optional<std::uint32_t> ttl;
  std::optional<Class> rclass;
  Type type = Type::A;
};

TextResult<Heading> read_heading(Tokens& tokens) {
  Heading heading;
  while (tokens.peek().kind == Token::Kind::word) {
    const std::string_view text = tokens.take().text;
    const auto ttl = heading.ttl ? std::nullopt : parse_ttl(text);
    const auto rclass = ttl || heading.rclass ? std::nullopt : parse_class(text);
    if (ttl) {
      heading.ttl = ttl;
    } else if (rclass) {
      heading.rclass = rclass;
    } else if (const auto type = parse_type(text)) {
      heading.type = *type;
      return heading;
    } else {
      return TextFault{"unknown type", text};
    }
  }
  return TextFault{"record without a type", tokens.peek().text};
}

TextResult<NameView> read_owner(Tokens& tokens, const RecordDefaults& defaults, Arena& arena) {
  const Token token = tokens.take();
  Name owner;
  if (token.kind == Token::Kind::indent) {
    if (!defaults.owner) return TextFault{"no owner name before this line", {}};
    owner = *defaults.owner;
  } else {
    if (token.kind != Token::Kind::word) return TextFault{"no owner name", token.text};
    const auto parsed = Name::parse(token.text, defaults.origin);
    if (!parsed) return TextFault{"not a name", token.text, parsed.error()};
    owner = *parsed;
  }
  const auto bytes = arena.copy(owner.view().bytes());
  if (bytes.empty()) return TextFault{"record too large", {}, Error::no_room};
  return NameView(bytes);
}

}  // namespace

std::optional<std::uint32_t> parse_ttl(std::string_view text) {
  std::uint64_t sum = 0;
  std::uint64_t number = 0;
  bool has_digits = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + static_cast<unsigned>(c - '0');
      has_digits = true;
    } else {
      const std::uint64_t unit = seconds_of(c);
      if (unit == 0 || !has_digits) return std::nullopt;
      sum += number * unit;
      number = 0;
      has_digits = false;
    }
    if (number > 0xffffffff || sum > 0xffffffff) return std::nullopt;
  }
  sum += number;
  if (text.empty() || sum > 0xffffffff) return std::nullopt;
  return static_cast<std::uint32_t>(sum);
}

TextResult<ReadRecord> read_record(Tokens& tokens, const RecordDefaults& defaults, Arena& arena) {
  const auto owner = read_owner(tokens, defaults, arena);
  if (!owner) return owner.error();
  const auto heading = read_heading(tokens);
  if (!heading) return heading.error();
  const auto ttl = heading->ttl ? heading->ttl : defaults.ttl;
  if (!ttl) return TextFault{"missing TTL with no previous value", {}};
  std::vector<std::uint8_t> bytes;
  const auto read = read_rdata(tokens, heading->type, defaults.origin, bytes);
  if (!read) return read.error();
  const auto rdata = arena.copy(bytes);
  if (rdata.size() != bytes.size()) return TextFault{"record too large", {}, Error::no_room};
  tokens.take();
  const Class rclass = heading->rclass.value_or(Class::IN);
  return ReadRecord{{*owner, heading->type, rclass, *ttl, rdata}, heading->ttl.has_value()};
}

}  // namespace catena::dns
