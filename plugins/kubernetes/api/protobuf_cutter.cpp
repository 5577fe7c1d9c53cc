// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/protobuf_cutter.hpp"

#include <algorithm>
#include <utility>

namespace catena::kubernetes::api {

namespace {

constexpr unsigned kFrameLengthBytes = 4;
constexpr unsigned kLongestVarint = 10;
// Far more than etcd stores: such a length is no length, and what follows is lost.
constexpr std::uint64_t kLongestFrame = 64 * 1024 * 1024;

// Wire types (Protocol Buffers, "Encoding").
constexpr unsigned kVarint = 0;
constexpr unsigned kFixed64 = 1;
constexpr unsigned kBytes = 2;
constexpr unsigned kFixed32 = 5;

// Fields of runtime.Unknown and of every list.
constexpr std::uint32_t kUnknownRaw = 2;
constexpr std::uint32_t kListMetadata = 1;
constexpr std::uint32_t kListItems = 2;

}  // namespace

ProtobufCutter::ProtobufCutter(BodyShape shape, Take take, std::size_t limit)
    : shape_(shape),
      take_(std::move(take)),
      limit_(limit),
      part_(shape == BodyShape::stream ? Part::frame_length : Part::magic) {}

Result<void> ProtobufCutter::feed(std::string_view chunk) {
  bool good = error_.empty();
  while (good && !chunk.empty()) good = step(chunk);
  if (!good) return Error{std::string(error_)};
  return {};
}

Result<void> ProtobufCutter::finish() const {
  if (!error_.empty()) return Error{std::string(error_)};
  if (shape_ == BodyShape::list && offset_ == 0) return Error{"the body is empty"};
  const Part between = shape_ == BodyShape::stream ? Part::frame_length : Part::tag;
  const bool whole = part_ == between && number_bytes_ == 0 && !in_list();
  if (!whole || (shape_ == BodyShape::list && !list_seen_)) {
    return Error{"the body was cut short"};
  }
  return {};
}

bool ProtobufCutter::step(std::string_view& chunk) {
  if (part_ == Part::piece) return piece_bytes(chunk);
  if (part_ == Part::skip) {
    const std::size_t size = std::min<std::uint64_t>(left_, chunk.size());
    chunk.remove_prefix(size);
    offset_ += size;
    left_ -= size;
    return left_ != 0 || next_field();
  }
  const auto byte = static_cast<std::uint8_t>(chunk.front());
  chunk.remove_prefix(1);
  ++offset_;
  return header_byte(byte);
}

bool ProtobufCutter::header_byte(std::uint8_t byte) {
  if (part_ == Part::magic) return magic_byte(byte);
  if (part_ == Part::frame_length) return frame_length_byte(byte);
  return varint_byte(byte);
}

bool ProtobufCutter::magic_byte(std::uint8_t byte) {
  if (static_cast<std::uint8_t>(kMagic[offset_ - 1]) != byte) {
    return fail("the body is not protobuf of Kubernetes");
  }
  return offset_ != kMagic.size() || next_field();
}

bool ProtobufCutter::frame_length_byte(std::uint8_t byte) {
  number_ = number_ << 8 | byte;
  if (++number_bytes_ < kFrameLengthBytes) return true;
  if (number_ > kLongestFrame) return fail("an event of an impossible length");
  return begin_piece(PieceKind::element, number_);
}

bool ProtobufCutter::varint_byte(std::uint8_t byte) {
  number_ |= static_cast<std::uint64_t>(byte & 0x7fU) << (7 * number_bytes_);
  if (++number_bytes_ == kLongestVarint && byte > 1) return fail("a number that is too long");
  if ((byte & 0x80U) != 0) return true;
  number_bytes_ = 0;
  return use_varint(std::exchange(number_, 0));
}

bool ProtobufCutter::use_varint(std::uint64_t value) {
  if (in_list() && offset_ > list_end_) return fail("a field that is longer than its message");
  if (part_ == Part::tag) return use_tag(value);
  if (part_ == Part::size) return use_size(value);
  return next_field();
}

bool ProtobufCutter::use_tag(std::uint64_t tag) {
  field_ = static_cast<std::uint32_t>(tag >> 3);
  if (tag >> 32 != 0 || field_ == 0) return fail("a field without a number");
  switch (tag & 7U) {
    case kVarint:
      part_ = Part::number;
      return true;
    case kBytes:
      part_ = Part::size;
      return true;
    case kFixed64:
      return pass(Part::skip, sizeof(std::uint64_t));
    case kFixed32:
      return pass(Part::skip, sizeof(std::uint32_t));
    default:
      return fail("a field of an unknown type");
  }
}

bool ProtobufCutter::use_size(std::uint64_t size) {
  if (in_list()) {
    if (field_ == kListMetadata) return begin_piece(PieceKind::list_metadata, size);
    if (field_ == kListItems) return begin_piece(PieceKind::element, size);
    return pass(Part::skip, size);
  }
  if (field_ != kUnknownRaw) return pass(Part::skip, size);
  if (list_seen_) return fail("something follows the list");
  if (size > INT64_MAX) return fail("a field that is longer than its message");
  list_seen_ = true;
  list_end_ = offset_ + size;
  return next_field();
}

/// The next `size` bytes are of no use, or a piece.
bool ProtobufCutter::pass(Part part, std::uint64_t size) {
  if (size > INT64_MAX || (in_list() && size > list_end_ - offset_)) {
    return fail("a field that is longer than its message");
  }
  part_ = part;
  left_ = size;
  return size != 0 || part == Part::piece || next_field();
}

bool ProtobufCutter::begin_piece(PieceKind kind, std::uint64_t size) {
  number_ = 0;
  number_bytes_ = 0;
  kind_ = kind;
  held_.clear();
  if (size > limit_) {
    ++skipped_;
    return pass(Part::skip, size);
  }
  if (!pass(Part::piece, size)) return false;
  return size != 0 || end_piece({});
}

bool ProtobufCutter::piece_bytes(std::string_view& chunk) {
  const std::string_view part = chunk.substr(0, left_);
  chunk.remove_prefix(part.size());
  offset_ += part.size();
  left_ -= part.size();
  if (left_ == 0 && held_.empty()) return end_piece(part);
  held_.append(part);
  return left_ != 0 || end_piece(held_);
}

bool ProtobufCutter::end_piece(std::string_view piece) {
  if (!take_(kind_, piece)) return fail("not wanted");
  return next_field();
}

bool ProtobufCutter::next_field() {
  if (shape_ == BodyShape::stream) {
    part_ = Part::frame_length;
    return true;
  }
  part_ = Part::tag;
  if (in_list() && offset_ == list_end_) list_end_ = 0;
  return true;
}

bool ProtobufCutter::fail(std::string_view text) {
  error_ = text;
  return false;
}

}  // namespace catena::kubernetes::api
