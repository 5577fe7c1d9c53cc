// SPDX-License-Identifier: Apache-2.0
#include "core/server/memory.hpp"

#include "core/base/control_group.hpp"
#include "core/config/size.hpp"

#include <algorithm>
#include <string>
#include <unistd.h>

namespace catena::server {
namespace {

using config::format_size;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kLeast = 16 * kMiB;
constexpr std::uint64_t kMost = 256 * kMiB;
// A cluster's objects, the cache and the program itself need about as much.
constexpr std::uint64_t kLittle = 64 * kMiB;

}  // namespace

std::uint64_t MemoryPlan::budget(std::optional<std::uint64_t> said) const {
  if (said) return *said;
  if (by_default) return *by_default;
  return std::clamp(limit.value_or(host) / 4, kLeast, kMost);
}

void MemoryPlan::announce(const Log& log, std::optional<std::uint64_t> said) const {
  const std::string whole = limit ? format_size(*limit) + " that the control group allows"
                                  : format_size(host) + " of this host";
  log.info("Clients may hold {} of memory, of {}", format_size(budget(said)), whole);
  if (!limit || *limit >= kLittle) return;
  log.warning("The control group allows {} of memory, which is little: {} are advised",
              format_size(*limit), format_size(kLittle));
}

MemoryPlan this_memory() {
  MemoryPlan plan;
  plan.limit = memory_limit();
  plan.host = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES))) *
              static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  // A group may allow more than there is.
  if (plan.limit && *plan.limit >= plan.host) plan.limit.reset();
  return plan;
}

}  // namespace catena::server
