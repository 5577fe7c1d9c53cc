// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/load.hpp"

#include "plugins/registry.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace catena {
namespace {

/// A file that goes with it.
class File {
 public:
  explicit File(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "corefile-XXXXXX").string();
    ::close(::mkstemp(pattern.data()));
    path_ = pattern;
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Loaded {
  explicit Loaded(const std::string& text) {
    configuration =
        load({"Corefile", text}, 1053, plugin_registry(), parts.process, diagnostics).configuration;
  }
  test::TestProcess parts;
  config::Diagnostics diagnostics;
  std::shared_ptr<const server::Configuration> configuration;
};

TEST_CASE("the Corefile that was named is read", "[load]") {
  const File file(".:53 {\n whoami\n}\n");
  Options options;
  options.conf = file.path();
  const Result<config::Source> source = read_corefile(options);
  REQUIRE(source.has_value());
  CHECK(source->name == file.path());
  CHECK(source->text == ".:53 {\n whoami\n}\n");
}

TEST_CASE("a Corefile that is missing is an error in CoreDNS's words", "[load]") {
  Options options;
  options.conf = "/nowhere/Corefile";
  const Result<config::Source> source = read_corefile(options);
  REQUIRE_FALSE(source.has_value());
  CHECK(source.error().text ==
        "loading Caddyfile via flag: open /nowhere/Corefile: no such file or directory");
}

TEST_CASE("without server blocks there is a default", "[load]") {
  Loaded loaded("# nothing\n");
  REQUIRE(loaded.diagnostics.ok());
  REQUIRE(loaded.configuration->listeners.size() == 1);
  CHECK(loaded.configuration->listeners[0]->key.port == 1053);
  const Chain& chain = loaded.configuration->blocks[0]->chain;
  REQUIRE(chain.size() == 2);
  CHECK(chain.name(0) == "log");
  CHECK(chain.name(1) == "whoami");
}

TEST_CASE("the chain has the registry's order, not the Corefile's", "[load]") {
  Loaded loaded(". {\n whoami\n cache\n log\n errors\n}\n");
  REQUIRE(loaded.diagnostics.ok());
  const Chain& chain = loaded.configuration->blocks[0]->chain;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < chain.size(); ++i) names.emplace_back(chain.name(i));
  CHECK(names == std::vector<std::string>{"errors", "log", "cache", "whoami"});
}

TEST_CASE("plugins of later are known, others are not", "[load]") {
  Loaded loaded(". {\n hosts\n whoam\n}\n");
  const std::string errors = config::format(loaded.diagnostics.errors());
  CHECK(errors.find("Corefile:2: hosts: known, not in this build\n") != std::string::npos);
  CHECK(errors.find("Corefile:3: Unknown directive 'whoam'") != std::string::npos);
  CHECK(errors.find("whoami") != std::string::npos);
}

}  // namespace
}  // namespace catena
