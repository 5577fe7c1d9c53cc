// SPDX-License-Identifier: Apache-2.0
#include "core/dns/edns.hpp"

#include "core/dns/bytes.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

struct Option {
  OptionCode code;
  std::span<const std::uint8_t> data;
};

constexpr std::size_t kOptionHead = 4;

/// Takes the first option off; nothing where it is cut.
std::optional<Option> take_option(std::span<const std::uint8_t>& options) {
  if (options.size() < kOptionHead) return {};
  const std::size_t size = load16(options.data() + 2);
  if (size > options.size() - kOptionHead) return {};
  const Option option{.code = static_cast<OptionCode>(load16(options.data())),
                      .data = options.subspan(kOptionHead, size)};
  options = options.subspan(kOptionHead + size);
  return option;
}

/// An option between others, in the arena; nothing where it is full.
std::optional<std::span<const std::uint8_t>> spliced(Arena& arena,
                                                     std::span<const std::uint8_t> before,
                                                     const Option& option,
                                                     std::span<const std::uint8_t> behind) {
  const std::span<std::uint8_t> all =
      arena.array<std::uint8_t>(before.size() + kOptionHead + option.data.size() + behind.size());
  if (all.empty()) return {};
  std::uint8_t* at = std::copy(before.begin(), before.end(), all.data());
  store16(at, static_cast<std::uint16_t>(option.code));
  store16(at + 2, static_cast<std::uint16_t>(option.data.size()));
  at = std::copy(option.data.begin(), option.data.end(), at + kOptionHead);
  std::copy(behind.begin(), behind.end(), at);
  return all;
}

}  // namespace

std::optional<std::span<const std::uint8_t>> Edns::option(OptionCode code) const {
  std::span<const std::uint8_t> rest = options;
  while (const std::optional<Option> found = take_option(rest)) {
    if (found->code == code) return found->data;
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
  return spliced(arena, options, {code, data}, {});
}

std::optional<std::span<const std::uint8_t>> with_option_replaced(
    Arena& arena,
    std::span<const std::uint8_t> options,
    OptionCode code,
    std::span<const std::uint8_t> data) {
  std::span<const std::uint8_t> rest = options;
  while (true) {
    const std::size_t before = options.size() - rest.size();
    const std::optional<Option> found = take_option(rest);
    if (!found) return options;
    if (found->code == code) return spliced(arena, options.first(before), {code, data}, rest);
  }
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
    if (option->code == code) continue;
    end = std::copy(whole.begin(), whole.end(), end);
  }
  return kept.first(static_cast<std::size_t>(end - kept.data()));
}

// Family, source prefix, scope, and as many bytes of the address as the prefix needs, zero behind
// it.
std::span<const std::uint8_t> client_subnet(Arena& arena,
                                            std::span<const std::uint8_t> address,
                                            unsigned prefix) {
  constexpr std::size_t kFixed = 4;
  constexpr std::uint16_t kIpv4 = 1, kIpv6 = 2;
  const std::size_t told = (prefix + 7) / 8;
  const std::span<std::uint8_t> data = arena.array<std::uint8_t>(kFixed + told);
  if (data.empty()) return data;
  store16(data.data(), address.size() == 4 ? kIpv4 : kIpv6);
  data[2] = static_cast<std::uint8_t>(prefix);
  data[3] = 0;
  std::copy_n(address.begin(), told, data.begin() + kFixed);
  if (prefix % 8 != 0) data.back() &= static_cast<std::uint8_t>(0xff00u >> (prefix % 8));
  return data;
}

}  // namespace catena::dns
