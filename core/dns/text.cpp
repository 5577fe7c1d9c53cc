// SPDX-License-Identifier: Apache-2.0
#include "core/dns/text.hpp"

#include "core/dns/rdata.hpp"
#include "core/dns/record_reader.hpp"

namespace catena::dns {

std::string to_text(const Record& record) {
  std::string text = record.owner.to_text();
  text += '\t';
  text += std::to_string(record.ttl);
  text += '\t';
  text += to_string(record.rclass);
  text += '\t';
  text += to_string(record.type);
  text += '\t';
  text += rdata_to_text(record.type, record.rdata);
  return text;
}

Result<Record> parse_record(std::string_view line, Arena& arena, NameView origin) {
  constexpr std::uint32_t kDefaultTtl = 3600;
  Tokens tokens(line);
  while (tokens.peek().kind == Token::Kind::end_of_line) tokens.take();
  const auto read = read_record(tokens, {origin, std::nullopt, kDefaultTtl}, arena);
  if (!read) return read.error().error;
  while (tokens.peek().kind == Token::Kind::end_of_line) tokens.take();
  if (tokens.peek().kind != Token::Kind::end_of_text) return Error::bad_text;
  return read->record;
}

}  // namespace catena::dns
