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

std::span<std::uint8_t> room_for(Query& query, std::size_t bytes) {
  return query.arena().array<std::uint8_t>(bytes + reserved(query, Way::to_upstream));
}

std::optional<Request> write(Query& query, std::span<const Extra> extra) {
  const std::size_t bytes = Request::room_for(query.question(), query.edns(), extra);
  return Request::write(query.question(), query.flags(), query.edns(), room_for(query, bytes),
                        extra);
}

}  // namespace

std::optional<Request> outgoing(Query& query) {
  if (!query.message()) return write(query, {});
  const dns::MessageView& message = *query.message();
  if (query.is_signed()) {
    return Request::pass(message, room_for(query, client::kLengthSize + message.bytes().size()));
  }
  const std::size_t count = count_extra(message);
  if (count == 0) return write(query, {});
  const std::span<Extra> extra = query.arena().array<Extra>(count);
  if (extra.empty() || !unpack(message, query.arena(), extra)) return std::nullopt;
  return write(query, extra);
}

Passed run_hooks(const Query& query, Request& request) {
  const Passed passed =
      catena::run_hooks(query, {Way::to_upstream, request.room(), request.datagram().size()});
  if (passed) request.set_size(*passed);
  return passed;
}

}  // namespace catena::forward
