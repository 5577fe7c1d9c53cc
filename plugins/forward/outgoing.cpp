// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/outgoing.hpp"

namespace catena::forward {
namespace {

using client::Extra;
using client::Request;
using dns::Section;

std::size_t count_extra(const dns::MessageView& message) {
  std::size_t count = 0;
  for (const Section section : {Section::answer, Section::authority, Section::additional}) {
    for ([[maybe_unused]] const dns::PackedRecord& record : message.records(section)) ++count;
  }
  return count;
}

// False when the arena is full or a record has a form that cannot be passed on.
bool unpack(const dns::MessageView& message, Arena& arena, std::span<Extra> extra) {
  std::size_t at = 0;
  for (const Section section : {Section::answer, Section::authority, Section::additional}) {
    for (const dns::PackedRecord& packed : message.records(section)) {
      const auto record = message.unpack(packed, arena);
      if (!record) return false;
      extra[at++] = Extra{section, *record};
    }
  }
  return true;
}

std::optional<Request> write(Query& query, std::span<const Extra> extra) {
  const std::size_t room = Request::room_for(query.question(), query.edns(), extra);
  return Request::write(query.question(), query.flags(), query.edns(),
                        query.arena().array<std::uint8_t>(room), extra);
}

}  // namespace

std::optional<Request> outgoing(Query& query) {
  if (!query.message()) return write(query, {});
  const dns::MessageView& message = *query.message();
  if (query.is_signed()) {
    return Request::pass(message, query.arena().array<std::uint8_t>(message.bytes().size() + 2));
  }
  const std::size_t count = count_extra(message);
  if (count == 0) return write(query, {});
  const std::span<Extra> extra = query.arena().array<Extra>(count);
  if (extra.empty() || !unpack(message, query.arena(), extra)) return std::nullopt;
  return write(query, extra);
}

}  // namespace catena::forward
