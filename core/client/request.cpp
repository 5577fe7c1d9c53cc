// SPDX-License-Identifier: Apache-2.0
#include "core/client/request.hpp"

#include "core/dns/writer.hpp"

namespace catena::client {
namespace {

constexpr std::size_t kLengthSize = 2;
constexpr std::size_t kQuestionTail = 4;
constexpr std::size_t kOptSize = 11;

void put16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::size_t Request::room_for(const dns::Question& question, const std::optional<dns::Edns>& edns) {
  const std::size_t opt = edns ? kOptSize + edns->options.size() : 0;
  return kLengthSize + dns::kHeaderSize + question.name.size() + kQuestionTail + opt;
}

std::optional<Request> Request::write(const dns::Question& question,
                                      dns::Flags flags,
                                      const std::optional<dns::Edns>& edns,
                                      std::span<std::uint8_t> room) {
  if (room.size() < room_for(question, edns)) return std::nullopt;
  dns::Writer writer(room.subspan(kLengthSize));
  writer.header(0, flags);
  if (!writer.question(question)) return std::nullopt;
  if (edns && !writer.opt(*edns)) return std::nullopt;
  const std::size_t size = writer.finish().size();
  put16(room.data(), size);
  return Request(room.first(kLengthSize + size), question);
}

void Request::set_id(std::uint16_t id) { put16(framed_.data() + kLengthSize, id); }

}  // namespace catena::client
