// SPDX-License-Identifier: Apache-2.0
#include "core/client/request.hpp"

#include "core/dns/writer.hpp"

#include <algorithm>

namespace catena::client {
namespace {

constexpr std::size_t kQuestionTail = 4;
constexpr std::size_t kOptSize = 11;

void put16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::size_t Request::room_for(const dns::Question& question,
                              const std::optional<dns::Edns>& edns,
                              std::span<const Extra> extra) {
  std::size_t size = kLengthSize + dns::kHeaderSize + question.name.size() + kQuestionTail;
  if (edns) size += kOptSize + edns->options.size();
  for (const Extra& each : extra) size += dns::uncompressed_size(each.record);
  return size;
}

Request::Request(std::span<std::uint8_t> room, std::size_t size, const dns::Question& question)
    : room_(room.first(std::min(room.size(), kLengthSize + dns::kMaxMessage))),
      question_(question) {
  set_size(size);
}

void Request::set_size(std::size_t bytes) {
  size_ = bytes;
  put16(room_.data(), bytes);
}

std::optional<Request> Request::write(const dns::Question& question,
                                      dns::Flags flags,
                                      const std::optional<dns::Edns>& edns,
                                      std::span<std::uint8_t> room,
                                      std::span<const Extra> extra) {
  if (room.size() < room_for(question, edns, extra)) return std::nullopt;
  dns::Writer writer(room.subspan(kLengthSize));
  writer.header(0, flags);
  if (!writer.question(question)) return std::nullopt;
  for (const Extra& each : extra) {
    if (!writer.record(each.section, each.record)) return std::nullopt;
  }
  if (edns && !writer.opt(*edns)) return std::nullopt;
  return Request(room, writer.finish().size(), question);
}

std::optional<Request> Request::pass(const dns::MessageView& message,
                                     std::span<std::uint8_t> room) {
  const std::span<const std::uint8_t> bytes = message.bytes();
  if (room.size() < kLengthSize + bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), room.begin() + kLengthSize);
  return Request(room, bytes.size(), message.question());
}

void Request::set_id(std::uint16_t id) { put16(room_.data() + kLengthSize, id); }

}  // namespace catena::client
