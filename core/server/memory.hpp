// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include <cstdint>
#include <optional>

namespace catena::server {

/// Where a server's budget of bytes for clients comes from.
struct MemoryPlan {
  std::optional<std::uint64_t> limit;       ///< That of the control groups; nothing: there is none.
  std::uint64_t host = 0;                   ///< The memory of the machine.
  std::optional<std::uint64_t> by_default;  ///< What the command line says.

  /// The budget: what the Corefile says, else the command line, else a quarter of the limit (of the
  /// host's memory without one), at least 16 MiB, at most 256 MiB.
  std::uint64_t budget(std::optional<std::uint64_t> said) const;

  /// Says at start what it is and warns where there is little.
  void announce(const Log& log, std::optional<std::uint64_t> said) const;
};

/// Of this process on this machine.
MemoryPlan this_memory();

}  // namespace catena::server
