// SPDX-License-Identifier: Apache-2.0
#include "core/dns/edns.hpp"

#include "core/dns/bytes.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

struct Option {
  std::uint16_t code;
  std::span<const std::uint8_t> data;
};

/// Takes the first option off; nothing where it is cut.
std::optional<Option> take_option(std::span<const std::uint8_t>& options) {
  if (options.size() < 4) return {};
  const std::size_t size = load16(options.data() + 2);
  if (size > options.size() - 4) return {};
  const Option option{.code = load16(options.data()), .data = options.subspan(4, size)};
  options = options.subspan(4 + size);
  return option;
}

}  // namespace

std::optional<std::span<const std::uint8_t>> Edns::option(OptionCode code) const {
  std::span<const std::uint8_t> rest = options;
  while (const std::optional<Option> found = take_option(rest)) {
    if (found->code == static_cast<std::uint16_t>(code)) return found->data;
  }
  return {};
}

bool options_are_whole(std::span<const std::uint8_t> options) {
  while (!options.empty()) {
    if (!take_option(options)) return false;
  }
  return true;
}

std::optional<std::span<const std::uint8_t>> with_option(Arena& arena,
                                                         std::span<const std::uint8_t> options,
                                                         OptionCode code,
                                                         std::span<const std::uint8_t> data) {
  constexpr std::size_t kHead = 4;
  const std::span<std::uint8_t> all =
      arena.array<std::uint8_t>(options.size() + kHead + data.size());
  if (all.empty()) return {};
  std::uint8_t* at = std::copy(options.begin(), options.end(), all.data());
  store16(at, static_cast<std::uint16_t>(code));
  store16(at + 2, static_cast<std::uint16_t>(data.size()));
  std::copy(data.begin(), data.end(), at + kHead);
  return all;
}

std::optional<std::span<const std::uint8_t>> without_option(Arena& arena,
                                                            std::span<const std::uint8_t> options,
                                                            OptionCode code) {
  if (options.empty()) return options;
  const std::span<std::uint8_t> kept = arena.array<std::uint8_t>(options.size());
  if (kept.empty()) return {};
  std::uint8_t* end = kept.data();
  for (std::span<const std::uint8_t> rest = options; !rest.empty();) {
    const std::span<const std::uint8_t> from = rest;
    const std::optional<Option> option = take_option(rest);
    if (!option) break;
    const auto whole = from.first(from.size() - rest.size());
    if (option->code == static_cast<std::uint16_t>(code)) continue;
    end = std::copy(whole.begin(), whole.end(), end);
  }
  return kept.first(static_cast<std::size_t>(end - kept.data()));
}

}  // namespace catena::dns
