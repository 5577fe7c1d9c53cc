// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/tsig.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

namespace catena::tsig {

void setup(Setup& setup);

namespace {

struct Row {
  const char* name;
  std::string block;
  std::vector<std::string> errors;
};

const std::string kOpen = "tsig {\n";

std::string wrong(const std::string& text) { return "Corefile:3: tsig: " + text; }

const Row kRows[] = {
    {"nothing", "tsig", {}},
    {"all there is",
     "tsig example. {\n secret a YQ==\n secret b. Yg==\n require A AXFR\n require_opcode UPDATE\n}",
     {}},
    {"everything and nothing", kOpen + "require all\n require_opcode none\n}", {}},
    {"twice in a block",
     "tsig\ntsig",
     {wrong("this plugin can only be used once per Server Block")}},
    {"a key twice",
     kOpen + "secret a YQ==\nsecret A. Yg==\n}",
     {"Corefile:4: tsig: key \"a.\" redefined"}},
    {"a secret without its name",
     kOpen + "secret YQ==\n}",
     {wrong("a key's name and its secret are expected")}},
    {"one word too many, which is not shown",
     kOpen + "secret a b YQ==\n}",
     {wrong("a key's name and its secret are expected")}},
    {"a name that is none",
     kOpen + "secret a..b YQ==\n}",
     {wrong("a key's name and its secret are expected")}},
    {"a type that nobody knows",
     kOpen + "require A NOTATYPE\n}",
     {wrong("unknown query type 'NOTATYPE'")}},
    {"types are written in large letters",
     kOpen + "require axfr\n}",
     {wrong("unknown query type 'axfr'")}},
    {"and not by number", kOpen + "require TYPE731\n}", {wrong("unknown query type 'TYPE731'")}},
    {"an opcode that nobody knows",
     kOpen + "require_opcode DSO\n}",
     {wrong("unknown opcode 'DSO'")}},
    {"a file that is not there",
     kOpen + "secrets /no/such/file\n}",
     {wrong("open /no/such/file: No such file or directory")}},
    {"a property that is none",
     kOpen + "sekret a YQ==\n}",
     {wrong("unknown property 'sekret' (did you mean 'secret' or 'secrets'?)")}},
};

TEST_CASE("what tsig takes", "[tsig]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      CHECK(test::PluginSetup("tsig", setup, row.block).errors() == row.errors);
    }
  }
}

TEST_CASE("require without a word is an error", "[tsig]") {
  CHECK(test::PluginSetup("tsig", setup, kOpen + "require\n}").errors().size() == 1);
  CHECK(test::PluginSetup("tsig", setup, kOpen + "require_opcode\n}").errors().size() == 1);
  CHECK(test::PluginSetup("tsig", setup, kOpen + "secrets\n}").errors().size() == 1);
}

TEST_CASE("keys of a file are those of the block", "[tsig]") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "catena_tsig_keys";
  std::ofstream(path) << "key a {\n secret \"YQ==\";\n};\n";
  const std::string line = "secrets " + path.string() + "\n";
  test::PluginSetup good("tsig", setup, kOpen + line + "}");
  CHECK(good.errors().empty());
  const auto* shared = good.listener().find<SharedKeys>();
  REQUIRE(shared != nullptr);
  const Secret* secret = shared->keys->find(dns::Name::parse("A").value());
  REQUIRE(secret != nullptr);
  CHECK(*secret == std::vector<std::uint8_t>{'a'});
  test::PluginSetup twice("tsig", setup, kOpen + "secret a Yg==\n" + line + "}");
  CHECK(twice.errors() == std::vector<std::string>{"Corefile:4: tsig: key \"a.\" redefined"});
  std::ofstream(path) << "kay a {\n";
  test::PluginSetup bad("tsig", setup, kOpen + line + "}");
  CHECK(bad.errors() == std::vector<std::string>{wrong(path.string() + ":1: expected \"key\"")});
  std::filesystem::remove(path);
}

TEST_CASE("a secret that is no base64 is known and never right", "[tsig]") {
  for (const char* text : {"YQ=", "Y!==", "\"\""}) {
    CAPTURE(text);
    test::PluginSetup plugin("tsig", setup, kOpen + "secret a " + text + "\n}");
    CHECK(plugin.errors().empty());
    const Secret* secret =
        plugin.listener().find<SharedKeys>()->keys->find(dns::Name::parse("a.").value());
    REQUIRE(secret != nullptr);
    CHECK_FALSE(secret->has_value());
  }
}

}  // namespace
}  // namespace catena::tsig
