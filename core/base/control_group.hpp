// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace catena {

/// Where the kernel tells which control groups a process is in. Tests have files of their own.
struct ControlGroupFiles {
  std::string membership = "/proc/self/cgroup";
  std::string mounts = "/proc/self/mountinfo";
};

enum class ControlGroupVersion : std::uint8_t { one, two };

/// Is given the folder of a control group.
using ControlGroupVisitor =
    std::function<void(const std::filesystem::path& folder, ControlGroupVersion version)>;

/// Visits this process's group of a controller ("cpu", "memory") and those above it that can be
/// seen from here, from the inside out, of both versions.
void visit_control_groups(const ControlGroupFiles& files,
                          std::string_view controller,
                          const ControlGroupVisitor& visit);

/// The first line of one of a group's files; empty where it cannot be read.
std::string first_line_of(const std::filesystem::path& file);

/// The smallest limit of memory, in bytes, of this process's group and those above it; nothing
/// where there is none.
std::optional<std::uint64_t> memory_limit(const ControlGroupFiles& files = {});

}  // namespace catena
