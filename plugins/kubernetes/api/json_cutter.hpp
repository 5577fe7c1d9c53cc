// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// What a body is made of.
enum class BodyShape {
  list,    ///< One object: elements of `items` are cut out, and `metadata`.
  stream,  ///< One object after the other (watch events): each is cut out.
};

/// A part that was cut out.
enum class PieceKind { element, list_metadata };

/// Cuts a JSON body into its elements as its bytes arrive, in chunks of any size. Looks only at
/// depth, strings and escapes; line breaks mean nothing. Holds at most one element of at most
/// `limit` bytes; larger ones are skipped and counted. Whether a piece is JSON is for its reader to
/// find out. Never throws. One thread.
class JsonCutter {
 public:
  static constexpr std::size_t kElementLimit = 4 * 1024 * 1024;

  /// The piece is valid during the call. False ends the cutting: feed() returns an error then.
  using Take = std::function<bool(PieceKind, std::string_view)>;

  JsonCutter(BodyShape shape, Take take, std::size_t limit = kElementLimit);

  /// Fails when this cannot be JSON of that shape, or when `take` said no.
  Result<void> feed(std::string_view chunk);

  /// The body has ended: fails unless everything that was opened is closed and a list was there.
  Result<void> finish() const;

  /// Elements that were larger than the limit.
  std::uint64_t skipped() const { return skipped_; }

  /// How the last one of them begins, for people: the API puts the name there.
  std::string_view start_of_skipped() const { return start_of_skipped_; }

 private:
  bool in_string(char c);
  bool outside_string(char c, std::size_t at);
  bool open_bracket(char c, std::size_t at);
  bool close_bracket(char c, std::size_t at);
  bool root_byte(char c);
  bool begin_piece(PieceKind kind, std::size_t at);
  bool end_piece(std::size_t end);
  void keep(std::string_view part);
  void too_long(std::string_view part);
  bool fail(std::string_view text);

  BodyShape shape_;
  Take take_;
  std::size_t limit_;

  std::string_view chunk_;
  std::string held_;       ///< The piece as far as earlier chunks brought it.
  std::size_t start_ = 0;  ///< Where the piece starts or goes on in this chunk.
  std::string key_;        ///< The last key of the list's own object.
  std::string_view error_;
  std::string start_of_skipped_;
  std::uint64_t skipped_ = 0;
  std::size_t depth_ = 0;
  std::size_t outer_depth_ = 0;  ///< Depth around the piece that is being cut.
  PieceKind kind_ = PieceKind::element;
  bool cutting_ = false;
  bool too_long_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_key_ = false;
  bool key_comes_ = false;
  bool in_items_ = false;
  bool root_seen_ = false;
};

}  // namespace catena::kubernetes::api
