// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace catena::kubernetes::api {

/// What a body is made of.
enum class BodyShape {
  list,    ///< One object: the elements of its items are cut out, and its metadata.
  stream,  ///< One object after the other (watch events): each is cut out.
};

/// A part that was cut out.
enum class PieceKind { element, list_metadata };

/// Cuts a body into its elements as its bytes arrive, in chunks of any size. Holds at most one
/// element of at most a limit's bytes; larger ones are skipped and counted. What is in a piece is
/// for its reader to find out. Never throws. One thread.
class BodyCutter {
 public:
  static constexpr std::size_t kElementLimit = 4 * 1024 * 1024;

  /// The piece is valid during the call. False ends the cutting: feed() returns an error then.
  using Take = std::function<bool(PieceKind, std::string_view)>;

  virtual ~BodyCutter() = default;

  /// Fails when this cannot be a body of that shape, or when Take said no.
  virtual Result<void> feed(std::string_view chunk) = 0;

  /// The body has ended: fails unless it was whole.
  virtual Result<void> finish() const = 0;

  /// Elements that were larger than the limit.
  std::uint64_t skipped() const { return skipped_; }

  /// How the last one of them begins, for people, where that is text: the API puts the name there.
  virtual std::string_view start_of_skipped() const { return {}; }

 protected:
  std::uint64_t skipped_ = 0;
};

}  // namespace catena::kubernetes::api
