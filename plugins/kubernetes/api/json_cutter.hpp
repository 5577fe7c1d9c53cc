// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/body_cutter.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// Cuts JSON. Looks only at depth, strings and escapes; line breaks mean nothing.
class JsonCutter final : public BodyCutter {
 public:
  JsonCutter(BodyShape shape, Take take, std::size_t limit = kElementLimit);

  Result<void> feed(std::string_view chunk) override;
  Result<void> finish() const override;

  std::string_view start_of_skipped() const override { return start_of_skipped_; }

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
