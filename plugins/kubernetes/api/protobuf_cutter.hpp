// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/body_cutter.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// What an object or a list of Kubernetes starts with, before its runtime.Unknown.
inline constexpr std::string_view kMagic{"k8s\0", 4};

/// Cuts protobuf as Kubernetes sends it. A list is the envelope: "k8s", a zero byte, and a
/// runtime.Unknown whose field 2 is the list, in which field 1 is the metadata and each field 2 an
/// item. A stream is frames: four bytes of length, the first the highest, then a meta/v1
/// WatchEvent.
class ProtobufCutter final : public BodyCutter {
 public:
  ProtobufCutter(BodyShape shape, Take take, std::size_t limit = kElementLimit);

  Result<void> feed(std::string_view chunk) override;
  Result<void> finish() const override;

 private:
  /// What the next byte belongs to.
  enum class Part { frame_length, magic, tag, number, size, piece, skip };

  bool step(std::string_view& chunk);
  bool header_byte(std::uint8_t byte);
  bool magic_byte(std::uint8_t byte);
  bool frame_length_byte(std::uint8_t byte);
  bool varint_byte(std::uint8_t byte);
  bool use_varint(std::uint64_t value);
  bool use_tag(std::uint64_t tag);
  bool use_size(std::uint64_t size);
  bool pass(Part part, std::uint64_t size);
  bool begin_piece(PieceKind kind, std::uint64_t size);
  bool piece_bytes(std::string_view& chunk);
  bool end_piece(std::string_view piece);
  bool next_field();
  bool fail(std::string_view text);
  bool in_list() const { return list_end_ != 0; }

  BodyShape shape_;
  Take take_;
  std::size_t limit_;

  Part part_;
  std::uint64_t offset_ = 0;    ///< Bytes of the body so far.
  std::uint64_t list_end_ = 0;  ///< Where the list ends; 0 outside of it.
  std::uint64_t left_ = 0;      ///< Bytes of the piece, or to be passed over, that are to come.
  std::uint64_t number_ = 0;    ///< The length or varint under way, and how many bytes it has.
  unsigned number_bytes_ = 0;
  std::uint32_t field_ = 0;
  std::string held_;  ///< The piece as far as earlier chunks brought it.
  PieceKind kind_ = PieceKind::element;
  bool list_seen_ = false;
  std::string_view error_;
};

}  // namespace catena::kubernetes::api
