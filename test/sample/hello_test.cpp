// SPDX-License-Identifier: Apache-2.0
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

namespace catena::hello {

void setup(Setup& setup);

namespace {

std::string file(const std::string& path) {
  std::ifstream stream(CATENA_SOURCE_DIR + path);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_CASE("the plugin of the README greets", "[hello]") {
  test::PluginSetup read("hello", setup, "hello example.org {\ngreeting hi\nttl 30\n}");
  REQUIRE(read.errors().empty());
  test::TestEngine engine;
  Query query(engine);
  const auto ask = [&](const char* question) {
    static std::vector<std::uint8_t> bytes;
    bytes = test::query_bytes(question);
    query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
    return read.chain().first()(query).outcome();
  };
  CHECK(ask("www.example.org. TXT") == Outcome::respond);
  CHECK_THAT(test::lines(query.response().answer()),
             test::is_records("www.example.org. 30 IN TXT \"hi\""));
  CHECK(ask("www.example.net. TXT") == Outcome::respond);
  CHECK(query.failure() == "plugin/hello: no next plugin found");
}

TEST_CASE("the plugin of the README says what is misspelled", "[hello]") {
  const test::PluginSetup read("hello", setup, "hello {\ngreting hi\n}");
  REQUIRE(read.errors().size() == 1);
  CHECK_THAT(read.errors().front(),
             Catch::StartsWith("Corefile:3: hello: unknown property 'greting'") &&
                 Catch::Contains("greeting"));
}

TEST_CASE("the README shows the plugin word by word", "[hello]") {
  const std::string code = file("/test/sample/hello.cpp");
  const std::string shown = code.substr(code.find("#include"));
  CHECK(file("/plugins/README.md").find(shown) != std::string::npos);
}

}  // namespace
}  // namespace catena::hello
