// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace catena::bench {

using Bytes = std::span<const unsigned char>;
constexpr std::size_t kHeader = 12;
constexpr std::size_t kLargestQuestion = kHeader + 255 + 4;

/// Questions to ask in turn, shuffled. With `Names::unique` each gets a label of twelve hexadecimal
/// digits in front, counted on from the time of the start, so that no cache knows it; all of
/// one line are of one size.
class Questions {
 public:
  enum class Names { given, unique };
  /// Which one it was: enough to know its answer.
  struct Asked {
    std::uint32_t line = 0;
    std::uint64_t number = 0;
  };

  /// Lines `NAME [TYPE]`, A by default. Nothing if there is none, or one makes no sense.
  static std::optional<Questions> read(const std::string& path, Names names);

  /// Writes the next message, with RD, and says how long it is.
  std::size_t next(unsigned char* message, std::uint16_t id, Asked& asked);

  /// Whether a message has a header and this question, as it was asked.
  bool same(const Asked& asked, Bytes message) const;

 private:
  std::vector<std::string> lines_;  // Messages.
  bool unique_ = false;
  std::uint64_t count_ = 0;
};

}  // namespace catena::bench
