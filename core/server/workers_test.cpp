// SPDX-License-Identifier: Apache-2.0
#include "core/server/workers.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

namespace catena::server {
namespace {

namespace fs = std::filesystem;

/// A tree of control groups in a directory that goes with it.
class Tree {
 public:
  Tree() {
    std::string pattern = (fs::temp_directory_path() / "catena-cgroup-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Tree() { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  ProcessorLimits limits(std::size_t processors) const {
    return {processors, {root_ / "cgroup", root_ / "mountinfo"}};
  }
  std::string path(const std::string& inside) const { return (root_ / inside).string(); }

 private:
  fs::path root_;
};

struct Case {
  const char* name;
  std::size_t processors;
  std::string membership;
  std::string mount;  ///< Fields of mountinfo from the root on; {} is the tree's own path.
  std::map<std::string, std::string> files;
  std::size_t workers;
};

constexpr const char* kVersion2 = "/ {}/fs rw - cgroup2 cgroup2 rw,nsdelegate";
constexpr const char* kVersion1 = "/ {}/fs rw shared:9 - cgroup cgroup rw,cpu,cpuacct";

TEST_CASE("there is a worker for each processor that may really be used", "[workers]") {
  const Case cases[]{
      {"no control groups", 4, "", "", {}, 4},
      {"no processors is one", 0, "", "", {}, 1},
      {"no limit", 4, "0::/pod\n", kVersion2, {{"fs/pod/cpu.max", "max 100000\n"}}, 4},
      {"two processors' worth",
       4,
       "0::/pod\n",
       kVersion2,
       {{"fs/pod/cpu.max", "200000 100000\n"}},
       2},
      {"a broken number is rounded down",
       8,
       "0::/pod\n",
       kVersion2,
       {{"fs/pod/cpu.max", "370000 100000\n"}},
       3},
      {"less than one is one",
       4,
       "0::/pod\n",
       kVersion2,
       {{"fs/pod/cpu.max", "10000 100000\n"}},
       1},
      {"more than there are",
       2,
       "0::/pod\n",
       kVersion2,
       {{"fs/pod/cpu.max", "900000 100000\n"}},
       2},
      {"the smallest up the tree",
       8,
       "0::/a/b/c\n",
       kVersion2,
       {{"fs/a/cpu.max", "300000 100000\n"},
        {"fs/a/b/cpu.max", "max 100000\n"},
        {"fs/a/b/c/cpu.max", "500000 100000\n"}},
       3},
      {"the mount's own root", 8, "0::/\n", kVersion2, {{"fs/cpu.max", "200000 100000\n"}}, 2},
      {"a container that sees only its part",
       8,
       "0::/kube/pod1\n",
       "/kube/pod1 {}/fs rw - cgroup2 cgroup2 rw",
       {{"fs/cpu.max", "200000 100000\n"}},
       2},
      {"version 1",
       4,
       "5:memory:/x\n4:cpu,cpuacct:/docker/1\n",
       kVersion1,
       {{"fs/docker/1/cpu.cfs_quota_us", "250000\n"},
        {"fs/docker/1/cpu.cfs_period_us", "100000\n"}},
       2},
      {"version 1 without a limit",
       4,
       "4:cpu,cpuacct:/docker/1\n",
       kVersion1,
       {{"fs/docker/1/cpu.cfs_quota_us", "-1\n"}, {"fs/docker/1/cpu.cfs_period_us", "100000\n"}},
       4},
      {"garbage is no limit",
       4,
       "0::/pod\nnonsense\n",
       kVersion2,
       {{"fs/pod/cpu.max", "x y\n"}},
       4},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Tree tree;
      tree.write("cgroup", c.membership);
      const std::string mount = fmt::format(fmt::runtime(c.mount), tree.path(""));
      tree.write("mountinfo", mount.empty() ? "" : "30 24 0:26 " + mount + "\n");
      for (const auto& [path, text] : c.files) tree.write(path, text);
      CHECK(worker_count(tree.limits(c.processors)) == c.workers);
    }
  }
}

TEST_CASE("this machine has at least one worker", "[workers]") {
  CHECK(worker_count(processor_limits()) >= 1);
}

}  // namespace
}  // namespace catena::server
