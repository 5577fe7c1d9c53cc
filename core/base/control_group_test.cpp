// SPDX-License-Identifier: Apache-2.0
#include "core/base/control_group.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>

namespace catena {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersion2 = "/ {}/fs rw - cgroup2 cgroup2 rw,nsdelegate";
constexpr const char* kVersion1 = "/ {}/fs rw shared:9 - cgroup cgroup rw,memory";

struct Row {
  const char* name;
  std::string membership;
  std::string mount;  ///< Fields of mountinfo from the root on; {} is the tree's own path.
  std::map<std::string, std::string> files;
  std::optional<std::uint64_t> limit;
};

const Row kRows[] = {
    {"no control groups", "", "", {}, std::nullopt},
    {"version 2", "0::/pod\n", kVersion2, {{"fs/pod/memory.max", "178257920\n"}}, 178257920},
    {"version 2 without a limit",
     "0::/pod\n",
     kVersion2,
     {{"fs/pod/memory.max", "max\n"}},
     std::nullopt},
    {"the smallest up the tree: a pod's, where its container has none",
     "0::/pod/container\n",
     kVersion2,
     {{"fs/pod/memory.max", "67108864\n"}, {"fs/pod/container/memory.max", "max\n"}},
     67108864},
    {"the smallest up the tree: a container's",
     "0::/pod/container\n",
     kVersion2,
     {{"fs/pod/memory.max", "67108864\n"}, {"fs/pod/container/memory.max", "33554432\n"}},
     33554432},
    {"a container that sees only its part",
     "0::/kube/pod1\n",
     "/kube/pod1 {}/fs rw - cgroup2 cgroup2 rw",
     {{"fs/memory.max", "67108864\n"}},
     67108864},
    {"version 1",
     "5:cpu,cpuacct:/x\n4:memory:/docker/1\n",
     kVersion1,
     {{"fs/docker/1/memory.limit_in_bytes", "67108864\n"},
      {"fs/memory.limit_in_bytes", "9223372036854771712\n"}},
     67108864},
    {"version 1 without a limit",
     "4:memory:/docker/1\n",
     kVersion1,
     {{"fs/docker/1/memory.limit_in_bytes", "9223372036854771712\n"}},
     std::nullopt},
    {"version 1 without a limit, pages of 64 KiB",
     "4:memory:/docker/1\n",
     kVersion1,
     {{"fs/docker/1/memory.limit_in_bytes", "9223372036854710272\n"}},
     std::nullopt},
    {"garbage is no limit",
     "0::/pod\nnonsense\n",
     kVersion2,
     {{"fs/pod/memory.max", "x\n"}},
     std::nullopt},
};

TEST_CASE("the memory that the control groups leave to this process", "[control_group]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      std::string pattern = (fs::temp_directory_path() / "catena-cgroup-XXXXXX").string();
      const fs::path root = ::mkdtemp(pattern.data());
      const std::string mount = fmt::format(fmt::runtime(row.mount), root.string());
      std::ofstream(root / "cgroup") << row.membership;
      std::ofstream(root / "mountinfo") << (mount.empty() ? "" : "30 24 0:26 " + mount + "\n");
      for (const auto& [path, text] : row.files) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
      }
      CHECK(memory_limit({root / "cgroup", root / "mountinfo"}) == row.limit);
      fs::remove_all(root);
    }
  }
}

}  // namespace
}  // namespace catena
