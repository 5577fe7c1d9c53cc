// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/kubernetes/snapshot/snapshots.hpp"

#include "plugins/kubernetes/objects/image.hpp"
#include "plugins/kubernetes/snapshot/disk.hpp"
#include "plugins/kubernetes/snapshot/restore.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>
#include <sys/stat.h>

namespace catena::kubernetes::snapshot {
namespace {

namespace fs = std::filesystem;

/// A folder of its own.
struct Folder {
  Folder() {
    std::string form = (fs::temp_directory_path() / "catena-snapshot-XXXXXX").string();
    path = ::mkdtemp(form.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string file() const { return (path / "cluster").string(); }
  fs::path path;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void put(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A cluster by hand with the option `snapshot`.
struct Kept {
  explicit Kept(const std::string& path, std::string key = "a configuration")
      : snapshots({path, std::move(key)}, parts(cluster), cluster.context()) {
    cluster.store().unsynced = 1;
  }

  static Snapshots::Parts parts(testing::Cluster& cluster) {
    return {{{Kind::services, &cluster.services()},
             {Kind::namespaces, &cluster.namespaces()},
             {Kind::slices, &cluster.slices()},
             {Kind::pods, &cluster.pods()}},
            {&cluster.services(), &cluster.slices(), &cluster.pods(), &cluster.namespaces()}};
  }

  void fill() {
    cluster.services().begin_replace();
    cluster.name_space("default");
    cluster.service("web.default", {.ips = {"10.96.0.1"}, .ports = {{"http", "TCP", 80}}});
    cluster.service("db.default", {.ips = {"None"}});
    cluster.slice("db-a.default", {.service = "db",
                                   .endpoints = {{.address = "10.0.0.1", .hostname = "db-0"},
                                                 {.address = "10.0.0.2", .hostname = "db-1"}}});
    cluster.pod("p.default", {"10.0.0.9"});
    cluster.services().commit_replace();
  }

  const ServiceState* state(std::string_view service) {
    const std::string key = *wire_key({service, "default"});
    const ServiceEntry* entry = cluster.store().services.find(
        {reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
    return entry == nullptr ? nullptr : entry->state();
  }

  std::uint64_t failures(const std::string& path) {
    return cluster.metrics()
        .counter("catena_kubernetes_snapshot_write_failures_total", "", {{"file", path}})
        .value();
  }

  testing::Cluster cluster;
  Snapshots snapshots;
};

/// A file of the filled cluster.
void keep(const std::string& path) {
  Kept kept(path);
  kept.snapshots.start();
  kept.fill();
  kept.snapshots.finish();
}

using Lines = std::vector<std::string>;

TEST_CASE("what one process knew the next one serves", "[kubernetes]") {
  const Folder folder;
  {
    Kept first(folder.file());
    first.snapshots.start();
    CHECK_FALSE(first.snapshots.serving());
    CHECK(first.cluster.lines() == Lines{"[INFO] no snapshot in " + folder.file() + " yet"});
    first.fill();
    first.snapshots.finish();
  }
  struct stat status{};
  REQUIRE(::stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK_FALSE(fs::exists(folder.file() + ".new"));

  Kept next(folder.file());
  next.cluster.clock().advance(std::chrono::seconds(90));
  next.snapshots.start();
  CHECK(next.snapshots.serving());
  // The manual clock starts at 2026-01-01T01:00:00Z.
  CHECK(next.cluster.lines() ==
        Lines{"[INFO] serving 2 services from a snapshot of 2026-01-01T01:00:00Z"});
  CHECK_THAT(next.cluster.metrics().text(),
             Catch::Contains("catena_kubernetes_snapshot_age_seconds{file=\"" + folder.file() +
                             "\"} 90\n"));
  CHECK_FALSE(next.cluster.store().synced());
  REQUIRE(next.state("db") != nullptr);
  CHECK(next.state("db")->spec->kind == ServiceKind::headless);
  REQUIRE(next.state("db")->slices.size() == 1);
  CHECK(next.state("db")->slices.front()->size() == 2);
  CHECK(next.state("web")->spec->cluster_ips.size() == 1);
  CHECK(next.cluster.store().pods.find(parse_address("10.0.0.9")->span()) != nullptr);
  CHECK(next.cluster.store().namespaces.size() == 1);
}

TEST_CASE("the first whole list takes the place of the snapshot", "[kubernetes]") {
  const Folder folder;
  keep(folder.file());
  Kept next(folder.file());
  next.cluster.store().unsynced = 2;
  next.snapshots.start();
  next.cluster.lines().clear();
  next.snapshots.tick();
  CHECK(next.cluster.lines().empty());
  next.cluster.services().begin_replace();
  // The same name and version in a cluster that was made anew is another service.
  next.cluster.service("web.default", {.ips = {"10.96.0.2"}});
  CHECK(next.state("db")->spec != nullptr);
  next.cluster.services().commit_replace();
  CHECK(next.state("db")->spec == nullptr);
  CHECK(next.state("db")->slices.size() == 1);
  next.cluster.slices().begin_replace();
  next.cluster.slices().commit_replace();
  CHECK(next.state("db") == nullptr);
  const Address gone = *parse_address("10.0.0.1");
  const EndpointIndex::Services found = next.cluster.store().by_endpoint.at(gone.span());
  CHECK(found.begin() == found.end());
  CHECK(next.cluster.store().by_cluster_ip.find(parse_address("10.96.0.1")->span()) == nullptr);
  CHECK(next.cluster.store().by_cluster_ip.find(parse_address("10.96.0.2")->span()) != nullptr);
  CHECK_FALSE(next.snapshots.serving());
  next.snapshots.tick();
  next.snapshots.tick();
  CHECK(next.cluster.lines() ==
        Lines{"[INFO] the cluster's own state has taken the place of the snapshot"});
}

TEST_CASE("a state that is not whole does not take the place of one that is", "[kubernetes]") {
  const Folder folder;
  keep(folder.file());
  const std::string before = bytes_of(folder.file());
  Kept next(folder.file());
  next.snapshots.start();
  next.cluster.clock().advance(std::chrono::seconds(10));
  next.cluster.service("half.default", {.ips = {"10.96.0.7"}});
  next.snapshots.tick();
  next.snapshots.finish();
  CHECK(bytes_of(folder.file()) == before);
}

TEST_CASE("only a change that is served is written", "[kubernetes]") {
  const Folder folder;
  Kept kept(folder.file());
  kept.snapshots.start();
  kept.fill();
  kept.snapshots.finish();
  const std::string before = bytes_of(folder.file());
  kept.cluster.clock().advance(std::chrono::seconds(10));
  SECTION("a new version alone") {
    kept.cluster.service("db.default", {.ips = {"None"}});
    kept.snapshots.start();
    kept.snapshots.tick();
    kept.snapshots.finish();
    CHECK(bytes_of(folder.file()) == before);
  }
  SECTION("a service that went") {
    kept.cluster.remove_service("db.default");
    kept.snapshots.start();
    kept.snapshots.tick();
    kept.snapshots.finish();
    CHECK(bytes_of(folder.file()) != before);
  }
}

TEST_CASE("a file that cannot be used is refused whole, with the reason", "[kubernetes]") {
  const Folder folder;
  keep(folder.file());
  const std::string good = bytes_of(folder.file());
  std::string other_version = good;
  other_version[std::string_view("catena kubernetes snapshot\n").size()] = 9;
  std::string flipped = good;
  flipped[good.size() / 2] ^= 1;
  struct Case {
    const char* name;
    std::string bytes;
    const char* said;
  };
  const Case cases[] = {
      {"nothing", "", "is empty"},
      {"something else", "#!/bin/sh\n", "is no snapshot"},
      {"a later format", other_version, "has format 9, this program knows 2"},
      {"a bit that flipped", flipped, "is damaged: its checksum does not fit"},
      {"half of it", good.substr(0, good.size() / 2), "is damaged: its checksum does not fit"},
      {"the first line", good.substr(0, 27), "is cut short"},
      {"a whole one with more behind it", with_checksum(good), "does not hold together"},
      {"a checksum over garbage", with_checksum(good.substr(0, 28) + "\xff\xff\xff"),
       "does not hold together"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      put(folder.file(), c.bytes);
      Kept next(folder.file());
      next.snapshots.start();
      CHECK_FALSE(next.snapshots.serving());
      CHECK(next.cluster.store().services.size() == 0);
      CHECK(next.cluster.lines() ==
            Lines{"[WARNING] the snapshot " + folder.file() + " is not used: it " + c.said});
    }
  }
}

TEST_CASE("no beginning of a file is taken for the whole", "[kubernetes]") {
  const Folder folder;
  keep(folder.file());
  const std::string good = bytes_of(folder.file());
  REQUIRE(parse(good).has_value());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(parse(std::string_view(good).substr(0, size)).has_value());
    // Also where the checksum fits: a body that ends early does not hold together.
    if (size + 32 < good.size()) {
      CHECK_FALSE(parse(with_checksum(good.substr(0, size))).has_value());
    }
  }
}

TEST_CASE("a snapshot of another configuration is refused", "[kubernetes]") {
  const Folder folder;
  keep(folder.file());
  Kept next(folder.file(), "another one");
  next.snapshots.start();
  CHECK_FALSE(next.snapshots.serving());
  CHECK(next.cluster.lines() ==
        Lines{"[WARNING] the snapshot " + folder.file() +
              " is not used: it is of another configuration: it is of a configuration, this one "
              "is another one"});
}

TEST_CASE("one object that cannot be read leaves the store alone", "[kubernetes]") {
  Contents contents;
  contents.key = "k";
  contents.sections = {
      {Kind::services,
       {std::make_shared<const std::string>(api::to_image(api::ServiceObject{{"a", "n", ""}})),
        std::make_shared<const std::string>("garbage")}}};
  std::string bytes;
  serialise(contents, [&](std::string_view piece) { return bytes += piece, true; });
  testing::Cluster cluster;
  const auto restored = restore(bytes, "k", {&cluster.services(), nullptr, nullptr, nullptr});
  REQUIRE_FALSE(restored.has_value());
  CHECK(restored.error().text == "an object of it cannot be read");
  CHECK(cluster.store().services.size() == 0);
}

// Fails where an image or the file changes and kVersion does not: make new seeds then.
TEST_CASE("a file of this version that was written long ago can be read", "[kubernetes]") {
  const std::string bytes =
      bytes_of(std::string(CATENA_SOURCE_DIR) + "/test/corpus/kube_snapshot/pods");
  const auto view = parse(bytes);
  REQUIRE(view.has_value());
  testing::Cluster cluster;
  const auto restored = restore(bytes, view->key, Kept::parts(cluster).sinks);
  REQUIRE(restored.has_value());
  CHECK(restored->services == 10);
  CHECK(cluster.store().namespaces.size() != 0);
  CHECK(cluster.store().pods.size() != 0);
  CHECK(cluster.store().by_endpoint.size() != 0);
}

TEST_CASE("what is in the way of reading is said", "[kubernetes]") {
  const Folder folder;
  fs::create_directory(folder.file());
  Kept next(folder.file());
  next.snapshots.start();
  CHECK(next.cluster.lines() ==
        Lines{"[WARNING] the snapshot is not used: " + folder.file() + " is no file"});
}

TEST_CASE("a disk that fails is said once, counted, and tried again", "[kubernetes]") {
  const Folder folder;
  const std::string path = (folder.path / "later" / "cluster").string();
  Kept kept(path);
  kept.snapshots.start();
  kept.fill();
  kept.cluster.lines().clear();
  for (std::uint64_t tries = 1; tries <= 3; ++tries) {
    kept.snapshots.finish();
    CHECK(kept.failures(path) == tries);
    kept.snapshots.start();
  }
  Lines lines;
  for (const std::string& line : kept.cluster.lines()) {
    if (line.find("not kept") != std::string::npos) lines.push_back(line);
  }
  CHECK(lines == Lines{"[WARNING] the snapshot is not kept up to date: cannot write " + path +
                       ".new: No such file or directory"});
  fs::create_directory(folder.path / "later");
  kept.snapshots.finish();
  CHECK(kept.cluster.lines().back() == "[INFO] the snapshot " + path + " is kept up to date again");
  CHECK(parse(bytes_of(path)).has_value());
}

TEST_CASE("a file is replaced in one step", "[kubernetes]") {
  const Folder folder;
  put(folder.file(), "old");
  SECTION("the old one stays until then, and a left-over is of no harm") {
    put(folder.file() + ".new", "left over by a process that was killed");
    auto file = NewFile::create(folder.file());
    REQUIRE(file.has_value());
    REQUIRE(file->append("new").has_value());
    CHECK(bytes_of(folder.file()) == "old");
    REQUIRE(file->commit().has_value());
    CHECK(bytes_of(folder.file()) == "new");
  }
  SECTION("one that is given up leaves nothing") {
    {
      REQUIRE(NewFile::create(folder.file()).has_value());
    }
    CHECK(bytes_of(folder.file()) == "old");
    CHECK_FALSE(fs::exists(folder.file() + ".new"));
  }
  SECTION("no link decides what is overwritten") {
    put((folder.path / "victim").string(), "victim");
    fs::create_symlink(folder.path / "victim", folder.file() + ".new");
    CHECK_FALSE(NewFile::create(folder.file()).has_value());
    CHECK(bytes_of((folder.path / "victim").string()) == "victim");
  }
}

}  // namespace
}  // namespace catena::kubernetes::snapshot
