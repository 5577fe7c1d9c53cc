// SPDX-License-Identifier: Apache-2.0
#include "core/dns/edns.hpp"

#include "core/dns/bytes.hpp"

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

}  // namespace catena::dns
