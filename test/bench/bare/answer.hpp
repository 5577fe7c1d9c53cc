// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

namespace catena::bench {

/// What an A record behind a question takes, with room for a question cut at its end.
constexpr std::size_t kAnswerRoom = 16;

/// Makes a question its answer, in place: header, question, one A record. What else the question
/// had (an OPT record) is cut off. Returns the size, 0 where there is no question. `message` has
/// kAnswerRoom more bytes than `size`.
inline std::size_t answer(unsigned char* message, std::size_t size) {
  static constexpr std::array<unsigned char, kAnswerRoom> kRecord{0xC0, 12,   0, 1, 0,   1, 0, 0,
                                                                  0x0E, 0x10, 0, 4, 192, 0, 2, 1};
  static constexpr std::array<unsigned char, 8> kCounts{0, 1, 0, 1, 0, 0, 0, 0};
  std::size_t at = 12;
  while (at < size && message[at] != 0) at += message[at] + 1u;
  const std::size_t question_end = at + 5;
  if (size < 12 || question_end > size) return 0;
  message[2] = static_cast<unsigned char>(0x84 | (message[2] & 1));
  message[3] = 0;
  std::memcpy(message + 4, kCounts.data(), kCounts.size());
  std::memcpy(message + question_end, kRecord.data(), kRecord.size());
  return question_end + kRecord.size();
}

}  // namespace catena::bench
