// SPDX-License-Identifier: Apache-2.0
#include "core/server/workers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace catena::server {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// "0::/kubepods/pod1" for version 2, "4:cpu,cpuacct:/docker/1" for version 1.
struct Membership {
  std::string unified;
  std::string cpu;
};

Membership membership(const std::string& path) {
  Membership found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    if (controllers == ",,") found.unified = line.substr(second + 1);
    if (controllers.find(",cpu,") != std::string::npos) found.cpu = line.substr(second + 1);
  }
  return found;
}

struct Mount {
  std::string root;
  std::string point;
  std::string type;
  std::string options;
};

// proc(5): id parent device root point options optional... - type source super-options
std::vector<Mount> cgroup_mounts(const std::string& path) {
  std::vector<Mount> mounts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string skip, word;
    Mount mount;
    words >> skip >> skip >> skip >> mount.root >> mount.point;
    while (words >> word && word != "-") continue;
    words >> mount.type >> skip >> mount.options;
    if (mount.type == "cgroup2" || mount.type == "cgroup") mounts.push_back(mount);
  }
  return mounts;
}

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

std::optional<double> quota_of(const fs::path& group, const std::string& type) {
  if (type == "cgroup") {
    return quotient(first_line(group / "cpu.cfs_quota_us"),
                    first_line(group / "cpu.cfs_period_us"));
  }
  std::istringstream words(first_line(group / "cpu.max"));
  std::string quota, period;
  words >> quota >> period;
  return quotient(quota, period);
}

// Inside a container the mount shows only the part of the tree below its root.
fs::path group_of(const Mount& mount, const std::string& member) {
  std::string inside = member;
  if (mount.root != "/" && inside.starts_with(mount.root)) inside.erase(0, mount.root.size());
  return (fs::path(mount.point) / fs::path(inside).relative_path()).lexically_normal();
}

void lower(std::optional<double>& smallest, const Mount& mount, const std::string& member) {
  const fs::path top = fs::path(mount.point).lexically_normal();
  for (fs::path group = group_of(mount, member);; group = group.parent_path()) {
    const auto quota = quota_of(group, mount.type);
    if (quota) smallest = std::min(smallest.value_or(*quota), *quota);
    if (group == top || group == group.parent_path()) return;
  }
}

bool has_option(const Mount& mount, const std::string& option) {
  return ("," + mount.options + ",").find("," + option + ",") != std::string::npos;
}

}  // namespace

Machine this_machine() {
  Machine machine;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    machine.processors = static_cast<std::size_t>(CPU_COUNT(&set));
  } else {
    machine.processors = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  }
  return machine;
}

std::optional<double> cpu_quota(const Machine& machine) {
  const Membership member = membership(machine.cgroup_file);
  std::optional<double> smallest;
  for (const Mount& mount : cgroup_mounts(machine.mount_file)) {
    if (mount.type == "cgroup2" && !member.unified.empty()) lower(smallest, mount, member.unified);
    const bool cpu = mount.type == "cgroup" && has_option(mount, "cpu");
    if (cpu && !member.cpu.empty()) lower(smallest, mount, member.cpu);
  }
  return smallest;
}

std::size_t worker_count(const Machine& machine) {
  std::size_t workers = std::max<std::size_t>(1, machine.processors);
  if (const auto quota = cpu_quota(machine)) {
    workers = std::min(workers, static_cast<std::size_t>(std::floor(*quota)));
  }
  return std::max<std::size_t>(1, workers);
}

}  // namespace catena::server
