// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include <fmt/format.h>

namespace catena::timeouts {
namespace {

// These return how many lines there are.
std::size_t read_time(config::Directive& directive,
                      const char* name,
                      std::optional<Duration>& target) {
  const auto range = config::between(std::chrono::seconds(1), std::chrono::hours(24));
  const auto words =
      config::out_of_range_says("timeout provided '{}' needs to be between 1 second and 24 hours");
  const config::Properties lines = directive.each(name);
  for (config::Property& line : lines) {
    Duration time{};
    if (line.required(config::duration_or_seconds(time), range, words)) target = time;
  }
  return lines.size();
}

std::size_t read_count(config::Directive& directive, std::optional<long>& target) {
  const auto words = config::unreadable_says("invalid value for maxtcpqueries '{}'");
  const config::Properties lines = directive.each("maxtcpqueries");
  for (config::Property& line : lines) {
    long count = 0;
    if (!line.required(count, words)) continue;
    if (count > 0 || count == -1) {
      target = count;
    } else {
      line.error(fmt::format(
          "maxtcpqueries provided '{}' needs to be -1 (unlimited) or a positive integer", count));
    }
  }
  return lines.size();
}

}  // namespace

// timeouts { read TIME; write TIME; idle TIME; maxtcpqueries COUNT }. The server does the work.
void setup(Setup& setup) {
  auto& times = setup.listener().set<ConnectionTimes>();
  for (config::Directive& directive : setup.directives()) {
    const std::size_t said =
        read_time(directive, "read", times.read) + read_time(directive, "write", times.write) +
        read_time(directive, "idle", times.idle) + read_count(directive, times.max_queries);
    if (directive.done() && said == 0) {
      directive.error("timeouts block with no timeouts specified");
    }
  }
}

}  // namespace catena::timeouts
