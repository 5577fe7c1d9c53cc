// SPDX-License-Identifier: Apache-2.0
#include "core/config/file_system.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace catena::config {
namespace {

// A folder of its own, gone with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "catena-config-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

TEST_CASE("files are read from the disk", "[config][disk]") {
  const Folder folder;
  const Disk disk;
  folder.write("a", "one\r\ntwo");
  CHECK(disk.read(folder.path("a")).value() == "one\r\ntwo");
  folder.write("empty", "");
  CHECK(disk.read(folder.path("empty")).value().empty());
  CHECK(disk.read(folder.path("none")).error().message() == "No such file or directory");
}

TEST_CASE("a file that is too large is refused", "[config][disk]") {
  const Folder folder;
  folder.write("large", std::string(16 * 1024 * 1024 + 1, 'x'));
  CHECK(Disk().read(folder.path("large")).error().message() == "File too large");
}

TEST_CASE("patterns match as Go's do", "[config][disk]") {
  const Folder folder;
  const Disk disk;
  for (const char* name : {"b.conf", "a.conf", ".hidden.conf", "c.other"}) folder.write(name, "");
  std::filesystem::create_directory(folder.path("sub"));
  folder.write("sub/d.conf", "");
  CHECK(disk.glob(folder.path("*.conf")) == std::vector<std::string>{folder.path(".hidden.conf"),
                                                                     folder.path("a.conf"),
                                                                     folder.path("b.conf")});
  CHECK(disk.glob(folder.path("?.conf")).size() == 2);
  CHECK(disk.glob(folder.path("*")).size() == 5);
  CHECK(disk.glob(folder.path("a.conf")) == std::vector<std::string>{folder.path("a.conf")});
  CHECK(disk.glob(folder.path("none")).empty());
  CHECK(disk.glob(folder.path("*.none")).empty());
}

TEST_CASE("directories and absolute paths are told", "[config][disk]") {
  const Folder folder;
  const Disk disk;
  folder.write("a", "");
  CHECK(disk.is_directory(folder.path("")));
  CHECK_FALSE(disk.is_directory(folder.path("a")));
  CHECK_FALSE(disk.is_directory(folder.path("none")));
  CHECK(disk.absolute("/a/../b/./c") == "/b/c");
  CHECK(disk.absolute("x") == (std::filesystem::current_path() / "x").string());
}

}  // namespace
}  // namespace catena::config
