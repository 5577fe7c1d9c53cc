// SPDX-License-Identifier: Apache-2.0
#include "core/config/size.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace catena::config {
namespace {

struct SizeUnit {
  std::string_view suffix;
  std::uint64_t bytes;
};

constexpr std::array<SizeUnit, 7> kSizeUnits{{{"", 1},
                                              {"Ki", 1ull << 10},
                                              {"Mi", 1ull << 20},
                                              {"Gi", 1ull << 30},
                                              {"k", 1'000},
                                              {"M", 1'000'000},
                                              {"G", 1'000'000'000}}};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view word) {
  std::uint64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || rest == word.data()) return std::nullopt;
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  for (const SizeUnit& unit : kSizeUnits) {
    if (suffix != unit.suffix) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.bytes) return std::nullopt;
    return number * unit.bytes;
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kNames{"bytes", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  std::uint64_t size = 1;
  while (unit + 1 < kNames.size() && bytes >= size * 1024) {
    size *= 1024;
    ++unit;
  }
  if (bytes % size == 0) return fmt::format("{} {}", bytes / size, kNames[unit]);
  const double number = static_cast<double>(bytes) / static_cast<double>(size);
  return fmt::format("{:.1f} {}", number, kNames[unit]);
}

}  // namespace catena::config
