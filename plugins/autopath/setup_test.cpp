// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/autopath.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace catena::autopath {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;

/// A file that lasts as long as a test.
class File {
 public:
  explicit File(const std::string& text) {
    char path[] = "/tmp/catena-autopath-XXXXXX";
    close(mkstemp(path));
    path_ = path;
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Denies every name, and knows each client's search path.
class Knowing final : public Plugin, public SearchPathSource {
 public:
  Reply serve(Query& query, Next) const override {
    asked.push_back(query.name().to_text());
    query.respond().rcode = dns::Rcode::NXDomain;
    return Outcome::respond;
  }
  std::span<const dns::NameView> search_path(Query&) const override { return path_; }
  mutable Texts asked;

 private:
  dns::Name first_ = *dns::Name::parse("pods.example.");
  std::vector<dns::NameView> path_{first_, dns::NameView()};
};

class Ignorant final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override { return query.fail(dns::Rcode::Refused); }
};

/// What is asked on the way of one question.
Texts asked(test::PluginSetup& read, const Knowing& knowing, const std::string& name) {
  test::TestEngine engine;
  Query query(engine);
  const auto bytes = test::query_bytes(name + " A");
  query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
  knowing.asked.clear();
  CHECK(read.chain().first()(query).outcome() == Outcome::respond);
  return knowing.asked;
}

const Knowing& add_knowing(Chain& chain, const char* name = "knowing") {
  auto knowing = std::make_unique<Knowing>();
  const Knowing& stays = *knowing;
  chain.add(name, std::move(knowing));
  return stays;
}

std::string assembled(Chain& chain) {
  std::string text;
  for (Assembled* one : chain.with<Assembled>()) text += one->assembled(chain);
  return text;
}

TEST_CASE("a file's domains are everybody's", "[autopath]") {
  const File file("search Pods.example example\n");
  test::PluginSetup read("autopath", setup, "autopath " + file.path());
  REQUIRE(read.errors().empty());
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(asked(read, knowing, "a.pods.example.") == Texts{"a.pods.example.", "a.example.", "a."});
}

TEST_CASE("zones stand in front of the file", "[autopath]") {
  const File file("search pods.example\n");
  test::PluginSetup read("autopath", setup, "autopath other.example a.pods.example " + file.path());
  REQUIRE(read.errors().empty());
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(asked(read, knowing, "b.pods.example.") == Texts{"b.pods.example."});
  CHECK(asked(read, knowing, "b.a.pods.example.") == Texts{"b.a.pods.example.", "b.a."});
}

TEST_CASE("without zones they are the block's", "[autopath]") {
  const File file("search pods.example\n");
  test::PluginSetup read("autopath", setup, "autopath " + file.path(), {"a.pods.example"});
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(asked(read, knowing, "b.pods.example.") == Texts{"b.pods.example."});
  CHECK(asked(read, knowing, "b.a.pods.example.") == Texts{"b.a.pods.example.", "b.a."});
}

TEST_CASE("the last of several lines counts", "[autopath]") {
  const File one("search one.example\n");
  const File two("search two.example\n");
  test::PluginSetup read("autopath", setup, "autopath " + one.path() + "\nautopath " + two.path());
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(asked(read, knowing, "a.one.example.") == Texts{"a.one.example."});
  CHECK(asked(read, knowing, "a.two.example.") == Texts{"a.two.example.", "a."});
}

TEST_CASE("a file without domains changes nothing", "[autopath]") {
  const File file("nameserver 192.0.2.1\n");
  test::PluginSetup read("autopath", setup, "autopath " + file.path());
  REQUIRE(read.errors().empty());
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(asked(read, knowing, "a.example.") == Texts{"a.example."});
  CHECK(asked(read, knowing, ".") == Texts{"."});
}

TEST_CASE("a plugin of the block is asked for each client's path", "[autopath]") {
  test::PluginSetup read("autopath", setup, "autopath @knowing");
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(assembled(read.chain()).empty());
  CHECK(asked(read, knowing, "a.pods.example.") == Texts{"a.pods.example.", "a."});
}

TEST_CASE("a plugin that is not there: no autopath", "[autopath]") {
  test::PluginSetup read("autopath", setup, "autopath @absent");
  REQUIRE(read.errors().empty());
  const Knowing& knowing = add_knowing(read.chain());
  CHECK(assembled(read.chain()).empty());
  CHECK(asked(read, knowing, "a.pods.example.") == Texts{"a.pods.example."});
}

TEST_CASE("a plugin that knows no paths is a mistake", "[autopath]") {
  test::PluginSetup read("autopath", setup, "autopath @hosts");
  REQUIRE(read.errors().empty());
  add_knowing(read.chain());
  read.chain().add("hosts", std::make_unique<Ignorant>());
  CHECK(assembled(read.chain()) == "hosts does not implement the AutoPather interface");
}

struct Mistake {
  const char* name;
  const char* block;
  const char* error;
};

const Mistake kMistakes[] = {
    {"no argument", "autopath", "Corefile:2: autopath: no resolv-conf specified"},
    {"no such file", "autopath example.org /does/not/exist",
     "Corefile:2: autopath: failed to parse \"/does/not/exist\": open /does/not/exist: No such "
     "file or directory"},
    {"a block", "autopath @kubernetes {\npods\n}",
     "Corefile:2: autopath: Unexpected token '{', expecting argument (there is no block here)"},
};

TEST_CASE("mistakes are named", "[autopath]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("autopath", setup, m.block);
      REQUIRE(read.errors().size() == 1);
      CHECK_THAT(read.errors().front(), Catch::StartsWith(m.error));
    }
  }
}

}  // namespace
}  // namespace catena::autopath
