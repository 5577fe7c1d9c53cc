// SPDX-License-Identifier: Apache-2.0
#include "core/base/control_group.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace catena {
namespace {

namespace fs = std::filesystem;

// What version 1 says for "no limit": the largest number of whole pages, 4 KiB or larger.
constexpr std::uint64_t kUnlimited = 0x7fff'ffff'0000'0000;

// "0::/kubepods/pod1" for version 2, "4:cpu,cpuacct:/docker/1" for version 1.
struct Membership {
  std::string unified;
  std::string own;
};

bool in_list(const std::string& list, std::string_view word) {
  return ("," + list + ",").find("," + std::string(word) + ",") != std::string::npos;
}

Membership membership(const std::string& path, std::string_view controller) {
  Membership found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty()) found.unified = line.substr(second + 1);
    if (in_list(controllers, controller)) found.own = line.substr(second + 1);
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
std::vector<Mount> control_group_mounts(const std::string& path) {
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

// Inside a container the mount shows only the part of the tree below its root.
fs::path group_of(const Mount& mount, const std::string& member) {
  std::string inside = member;
  if (mount.root != "/" && inside.starts_with(mount.root)) inside.erase(0, mount.root.size());
  return (fs::path(mount.point) / fs::path(inside).relative_path()).lexically_normal();
}

void visit_upwards(const Mount& mount,
                   const std::string& member,
                   ControlGroupVersion version,
                   const ControlGroupVisitor& visit) {
  const fs::path top = fs::path(mount.point).lexically_normal();
  for (fs::path group = group_of(mount, member);; group = group.parent_path()) {
    visit(group, version);
    if (group == top || group == group.parent_path()) return;
  }
}

std::optional<std::uint64_t> bytes_in(const std::string& text) {
  std::uint64_t bytes = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error != std::errc() || rest == text.data() || bytes >= kUnlimited) return std::nullopt;
  return bytes;
}

}  // namespace

std::string first_line_of(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void visit_control_groups(const ControlGroupFiles& files,
                          std::string_view controller,
                          const ControlGroupVisitor& visit) {
  const Membership member = membership(files.membership, controller);
  for (const Mount& mount : control_group_mounts(files.mounts)) {
    if (mount.type == "cgroup2" && !member.unified.empty()) {
      visit_upwards(mount, member.unified, ControlGroupVersion::two, visit);
    }
    if (mount.type == "cgroup" && in_list(mount.options, controller) && !member.own.empty()) {
      visit_upwards(mount, member.own, ControlGroupVersion::one, visit);
    }
  }
}

std::optional<std::uint64_t> memory_limit(const ControlGroupFiles& files) {
  std::optional<std::uint64_t> smallest;
  visit_control_groups(files, "memory", [&](const fs::path& group, ControlGroupVersion version) {
    const char* file = version == ControlGroupVersion::one ? "memory.limit_in_bytes" : "memory.max";
    const auto limit = bytes_in(first_line_of(group / file));
    if (limit) smallest = std::min(smallest.value_or(*limit), *limit);
  });
  return smallest;
}

}  // namespace catena
