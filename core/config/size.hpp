// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena::config {

/// Bytes as Kubernetes writes a quantity of memory: a whole number, alone or with Ki, Mi, Gi
/// (powers of 1,024) or k, M, G (powers of 1,000).
std::optional<std::uint64_t> parse_size(std::string_view word);

/// "64 MiB", "2.5 MiB": in the largest unit of which there is one, with one digit where it is not
/// whole.
std::string format_size(std::uint64_t bytes);

/// A reader: `directive.required(config::size(config.bytes))`.
struct SizeReader {
  using Value = std::uint64_t;
  std::uint64_t& target;

  std::string noun() const { return "a size such as 64Mi"; }
  Reason read(std::string_view word, std::uint64_t& value) const {
    return accept(parse_size(word), value);
  }
};

inline SizeReader size(std::uint64_t& target) { return {target}; }

}  // namespace catena::config
