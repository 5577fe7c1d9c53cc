// SPDX-License-Identifier: Apache-2.0
#include "core/server/workers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <sched.h>
#include <sstream>
#include <string_view>
#include <unistd.h>

namespace catena::server {
namespace {

namespace fs = std::filesystem;

std::optional<double> quotient(std::string_view quota, std::string_view period) {
  double dividend = 0;
  double divisor = 0;
  const auto read = [](std::string_view text, double& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
  };
  if (!read(quota, dividend) || !read(period, divisor)) return std::nullopt;
  if (dividend <= 0 || divisor <= 0) return std::nullopt;
  return dividend / divisor;
}

std::optional<double> quota_of(const fs::path& group, ControlGroupVersion version) {
  if (version == ControlGroupVersion::one) {
    return quotient(first_line_of(group / "cpu.cfs_quota_us"),
                    first_line_of(group / "cpu.cfs_period_us"));
  }
  std::istringstream words(first_line_of(group / "cpu.max"));
  std::string quota, period;
  words >> quota >> period;
  return quotient(quota, period);
}

}  // namespace

ProcessorLimits processor_limits() {
  ProcessorLimits limits;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    limits.processors = static_cast<std::size_t>(CPU_COUNT(&set));
  } else {
    limits.processors = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  }
  return limits;
}

std::optional<double> cpu_quota(const ProcessorLimits& limits) {
  std::optional<double> smallest;
  visit_control_groups(limits.groups, "cpu",
                       [&](const fs::path& group, ControlGroupVersion version) {
                         const auto quota = quota_of(group, version);
                         if (quota) smallest = std::min(smallest.value_or(*quota), *quota);
                       });
  return smallest;
}

std::size_t worker_count(const ProcessorLimits& limits) {
  std::size_t workers = std::max<std::size_t>(1, limits.processors);
  if (const auto quota = cpu_quota(limits)) {
    workers = std::min(workers, static_cast<std::size_t>(std::floor(*quota)));
  }
  return std::max<std::size_t>(1, workers);
}

}  // namespace catena::server
