// SPDX-License-Identifier: Apache-2.0
#include "core/config/corefile.hpp"

#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using Texts = std::vector<std::string>;

std::string shown(const std::vector<Line>& lines);

std::string shown(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) text += (text.empty() ? "" : " ") + ("'" + word.text + "'");
  return text;
}

std::string shown(const Line& line) {
  return shown(line.words) + (line.has_block ? " {" + shown(line.block) + "}" : "");
}

std::string shown(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += (text.empty() ? "" : "; ") + shown(line);
  return text;
}

// "'key' 'key' -> 'word' 'word'; 'word' {'property'}" for each block.
Texts shown(const Corefile& corefile) {
  Texts blocks;
  for (const ServerBlock& block : corefile.blocks) {
    blocks.push_back(shown(block.keys) + " -> " + shown(block.directives));
  }
  return blocks;
}

struct Case {
  const char* name = "";
  std::string text;
  Texts blocks = {};
  Texts errors = {};
  Texts warnings = {};
};

const Texts kDirectives = {"cache", "errors", "forward", "import", "log", "loop", "whoami"};

void check(const Case& c) {
  Diagnostics diagnostics;
  const Corefile corefile = parse_for_test({.text = c.text,
                                            .directives = kDirectives,
                                            .variables = {{"ZONE", "example.org"},
                                                          {"PORT", "1053"},
                                                          {"PLUGIN", "log"},
                                                          {"SPACED", "a b"},
                                                          {"BRACE", "{"},
                                                          {"COMMA", "a,"},
                                                          {"SELF", "{$SELF}"}}},
                                           diagnostics);
  CHECK(shown(corefile) == c.blocks);
  CHECK(lines_of(diagnostics.errors()) == c.errors);
  CHECK(lines_of(diagnostics.warnings()) == c.warnings);
}

const Case kKeys[] = {
    {.name = "an empty file has no blocks", .text = ""},
    {.name = "comments alone have no blocks", .text = "# nothing\n\n# here"},
    {.name = "one key and one directive", .text = ".:53 {\n log\n}", .blocks = {"'.:53' -> 'log'"}},
    {.name = "several keys", .text = "a b c {\n log\n}", .blocks = {"'a' 'b' 'c' -> 'log'"}},
    {.name = "commas between keys", .text = "a, b, c {\n}", .blocks = {"'a' 'b' 'c' -> "}},
    {.name = "a comma carries the list over lines",
     .text = "a,\n\n b,\nc {\n}",
     .blocks = {"'a' 'b' 'c' -> "}},
    {.name = "a comma without white space is part of the key",
     .text = "a,b:53 {\n}",
     .blocks = {"'a,b:53' -> "},
     .warnings = {"Corefile:1: the key 'a,b:53' is taken for a zone: a comma belongs to the name "
                  "here (expected spaces between them)"}},
    {.name = "a lone comma is an empty key", .text = "a , b {\n}", .blocks = {"'a' '' 'b' -> "}},
    {.name = "an empty word is no key", .text = "a \"\" b {\n}", .blocks = {"'a' 'b' -> "}},
    {.name = "the brace may stand on the next line",
     .text = "a\n{\n log\n}",
     .blocks = {"'a' -> 'log'"}},
    {.name = "keys alone are a server without plugins", .text = "a b", .blocks = {"'a' 'b' -> "}},
    {.name = "several blocks",
     .text = "a {\n log\n}\nb {\n}\nc {\n loop\n}",
     .blocks = {"'a' -> 'log'", "'b' -> ", "'c' -> 'loop'"}},
    {.name = "a block may follow on the closing line",
     .text = "a {\n} b {\n}",
     .blocks = {"'a' -> ", "'b' -> "}},
    {.name = "variables in keys",
     .text = "{$ZONE}:{%PORT%} tls://{$ZONE} {\n}",
     .blocks = {"'example.org:1053' 'tls://example.org' -> "}},
    {.name = "an unset variable is no key",
     .text = "{$NONE} a {\n}",
     .blocks = {"'a' -> "},
     .warnings = {"Corefile:1: the variable NONE is not set, so it is empty"}},
    {.name = "a comma from a variable counts",
     .text = "{$COMMA}\nb {\n}",
     .blocks = {"'a' 'b' -> "}},
    {.name = "carriage returns do not matter",
     .text = "a {\r\n log\r\n}\r\n",
     .blocks = {"'a' -> 'log'"}},
    {.name = "a comma before the brace",
     .text = "a, {\n log\n}\nb {\n}",
     .blocks = {"'a' -> 'log'", "'b' -> "},
     .errors = {"Corefile:1: Expected another address but had '{' - check for extra comma"}},
    {.name = "the end after a comma",
     .text = "a,",
     .blocks = {"'a' -> "},
     .errors = {"Corefile:1: Unexpected EOF"}},
    {.name = "a block without a key is not used",
     .text = "{\n log\n}\na {\n}",
     .blocks = {"'a' -> "},
     .warnings =
         {"Corefile:1: a server block without a key is not used (expected a zone before '{')"}},
    {.name = "a brace too many is a key, as in CoreDNS, and told",
     .text = "a {\n}\n}",
     .blocks = {"'a' -> ", "'}' -> "},
     .warnings = {"Corefile:3: '}' without a block is read as a key"}},
    {.name = "a brace glued to a key is told",
     .text = "a.org{\n log\n}",
     .blocks = {"'a.org{' -> 'log'"},
     .warnings = {"Corefile:1: the key ends with '{' (expected a space before it)"}},
};

TEST_CASE("keys of server blocks", "[config][corefile]") {
  for (const Case& c : kKeys) {
    DYNAMIC_SECTION(c.name) { check(c); }
  }
}

const Case kDirectiveCases[] = {
    {.name = "arguments",
     .text = ". {\n forward . 1.1.1.1 8.8.8.8\n}",
     .blocks = {"'.' -> 'forward' '.' '1.1.1.1' '8.8.8.8'"}},
    {.name = "a directive on the brace's line",
     .text = ". { log\n loop\n}",
     .blocks = {"'.' -> 'log'; 'loop'"}},
    {.name = "a block of properties",
     .text = ". {\n cache 30 {\n  success 1 2\n  keepttl\n }\n log\n}",
     .blocks = {"'.' -> 'cache' '30' {'success' '1' '2'; 'keepttl'}; 'log'"}},
    {.name = "an empty block", .text = ". {\n cache {\n }\n}", .blocks = {"'.' -> 'cache' {}"}},
    {.name = "a block on one line",
     .text = ". {\n cache { keepttl }\n log\n}",
     .blocks = {"'.' -> 'cache' {'keepttl'}; 'log'"},
     .warnings = {"Corefile:2: most plugins of CoreDNS refuse a block on one line (expected a "
                  "line break behind its '{' and before its '}')"}},
    {.name = "a block within a block",
     .text = ". {\n cache {\n  a 1 {\n   b\n  }\n  c\n }\n}",
     .blocks = {"'.' -> 'cache' {'a' '1' {'b'}; 'c'}"}},
    {.name = "two braces on one line close two blocks",
     .text = ". {\n cache {\n  a {\n   b } }\n log\n}",
     .blocks = {"'.' -> 'cache' {'a' {'b'}}; 'log'"},
     .warnings = {"Corefile:4: most plugins of CoreDNS refuse a block on one line (expected a "
                  "line break behind its '{' and before its '}')"}},
    {.name = "the same directive twice stays two",
     .text = ". {\n log\n log\n}",
     .blocks = {"'.' -> 'log'; 'log'"}},
    {.name = "`{}` is one word", .text = ". {\n cache {}\n}", .blocks = {"'.' -> 'cache' '{}'"}},
    {.name = "a line break in quotes does not end the line",
     .text = ". {\n log \"a\nb\" c\n loop\n}",
     .blocks = {"'.' -> 'log' 'a\nb' 'c'; 'loop'"}},
    {.name = "variables in arguments and properties",
     .text = ". {\n log {$SPACED} {\n  x{%PORT%}y {$NONE} z\n }\n}",
     .blocks = {"'.' -> 'log' 'a b' {'x1053y' '' 'z'}"},
     .warnings = {"Corefile:3: the variable NONE is not set, so it is empty"}},
    {.name = "a variable may name the directive",
     .text = ". {\n {$PLUGIN} a\n}",
     .blocks = {"'.' -> 'log' 'a'"}},
    {.name = "a variable never makes a block",
     .text = ". {\n log {$BRACE}\n}",
     .blocks = {"'.' -> 'log' '{'"}},
    {.name = "a word that begins with a brace is a word",
     .text = ". {\n log {remote} {1}\n}",
     .blocks = {"'.' -> 'log' '{remote}' '{1}'"}},
    {.name = "directives without braces",
     .text = "a b\nlog\ncache 30 {\n keepttl\n}",
     .blocks = {"'a' 'b' -> 'log'; 'cache' '30' {'keepttl'}"}},
    {.name = "a stray brace ends directives without braces",
     .text = "a\nlog\n}\nb {\n}",
     .blocks = {"'a' -> 'log'", "'b' -> "}},
    {.name = "an inner brace at the end stands for the last one",
     .text = ". {\n cache {\n }\n",
     .blocks = {"'.' -> 'cache' {}"},
     .warnings = {"Corefile:3: the server block has no '}' of its own"}},
    {.name = "import as an argument is a word",
     .text = ". {\n log import x {\n  a import b\n }\n}",
     .blocks = {"'.' -> 'log' 'import' 'x' {'a' 'import' 'b'}"}},
    {.name = "comments between",
     .text = "# a\n. { # b\n log # c\n # d\n} # e",
     .blocks = {"'.' -> 'log'"}},
};

TEST_CASE("directives of server blocks", "[config][corefile]") {
  for (const Case& c : kDirectiveCases) {
    DYNAMIC_SECTION(c.name) { check(c); }
  }
}

const Case kErrors[] = {
    {.name = "an unknown directive, and what may be meant",
     .text = ". {\n cahce 30\n log\n}",
     .blocks = {"'.' -> 'cahce' '30'; 'log'"},
     .errors = {"Corefile:2: Unknown directive 'cahce' (did you mean 'cache'?)"}},
    {.name = "an unknown directive that resembles none",
     .text = ". {\n proxy . 1.1.1.1\n}",
     .blocks = {"'.' -> 'proxy' '.' '1.1.1.1'"},
     .errors = {"Corefile:2: Unknown directive 'proxy'"}},
    {.name = "every unknown directive of every block",
     .text = ". {\n one {\n  x\n }\n log\n two\n}\na {\n three\n}",
     .blocks = {"'.' -> 'one' {'x'}; 'log'; 'two'", "'a' -> 'three'"},
     .errors = {"Corefile:2: Unknown directive 'one'", "Corefile:6: Unknown directive 'two'",
                "Corefile:9: Unknown directive 'three'"}},
    {.name = "a whole server block on one line",
     .text = ". { whoami }\na {\n loop\n}",
     .blocks = {"'.' -> 'whoami'", "'a' -> 'loop'"},
     .errors = {"Corefile:1: Unexpected '}' because no matching opening brace"}},
    {.name = "the server block's brace is missing",
     .text = ". {\n log\n",
     .blocks = {"'.' -> 'log'"},
     .errors = {"Corefile:2: Syntax error: Unexpected token 'log', expecting '}'"}},
    {.name = "the end in a plugin's block",
     .text = ". {\n cache {\n  keepttl\n",
     .blocks = {"'.' -> 'cache' {'keepttl'}"},
     .errors = {"Corefile:3: Unexpected EOF"}},
    {.name = "a block on a line of its own",
     .text = ". {\n cache\n {\n  keepttl\n }\n log\n}",
     .blocks = {"'.' -> 'cache'; 'log'"},
     .errors = {"Corefile:3: Unexpected token '{', expecting it on the line of 'cache'"}},
    {.name = "a block on a line of its own within a block",
     .text = ". {\n cache {\n  success\n  {\n   a\n  }\n  keepttl\n }\n}",
     .blocks = {"'.' -> 'cache' {'success'; 'keepttl'}"},
     .errors = {"Corefile:4: Unexpected token '{', expecting it on the line of 'success'"}},
    {.name = "a block without a name within a block",
     .text = ". {\n cache {\n  {\n  }\n }\n}",
     .blocks = {"'.' -> 'cache' {}"},
     .errors = {"Corefile:3: Unexpected token '{', expecting a name before it"}},
    {.name = "a block first in a server block",
     .text = ". {\n {\n }\n log\n}",
     .blocks = {"'.' -> 'log'"},
     .errors = {"Corefile:2: Unknown directive '{'"}},
    {.name = "words after a closing brace",
     .text = ". {\n cache {\n } 30 x\n log\n}",
     .blocks = {"'.' -> 'cache' {}; 'log'"},
     .errors = {"Corefile:3: Syntax error: Unexpected token '30', expecting 'end of line'"}},
    {.name = "a variable that is itself",
     .text = ". {\n log {$SELF}\n}",
     .blocks = {"'.' -> 'log' '{$SELF}'"},
     .errors =
         {"Corefile:2: environment variables in '{$SELF}' refer to themselves or are too long"}},
    {.name = "errors of different kinds together",
     .text = "a, {\n nope\n log }\nb {\n cache {\n",
     .blocks = {"'a' -> 'nope'; 'log'", "'b' -> 'cache' {}"},
     .errors = {"Corefile:1: Expected another address but had '{' - check for extra comma",
                "Corefile:2: Unknown directive 'nope'",
                "Corefile:3: Unexpected '}' because no matching opening brace",
                "Corefile:5: Unexpected EOF"}},
};

TEST_CASE("errors of a Corefile are all told", "[config][corefile]") {
  for (const Case& c : kErrors) {
    DYNAMIC_SECTION(c.name) { check(c); }
  }
}

TEST_CASE("a Corefile has limits", "[config][corefile]") {
  Diagnostics diagnostics;
  SECTION("depth") {
    std::string text = ". {\n";
    for (int i = 0; i < 40; ++i) text += "log {\n";
    parse_for_test({.text = text, .directives = kDirectives}, diagnostics);
    CHECK(lines_of(diagnostics.errors()) ==
          Texts{"Corefile:34: blocks are nested too deeply (at most 32 levels)"});
  }
  SECTION("errors") {
    std::string text = ". {\n";
    for (int i = 0; i < 500; ++i) text += "nope\n";
    parse_for_test({.text = text + "}", .directives = kDirectives}, diagnostics);
    CHECK(diagnostics.errors().size() == 100);
  }
  SECTION("words") {
    std::string text = ". {\n log";
    for (int i = 0; i < 1'000'010; ++i) text += " a";
    parse_for_test({.text = text + "\n}", .directives = kDirectives}, diagnostics);
    CHECK(lines_of(diagnostics.errors()) ==
          Texts{"Corefile:2: the Corefile is too large (at most 1000000 words)"});
  }
}

TEST_CASE("words know where they stand", "[config][corefile]") {
  Diagnostics diagnostics;
  const Corefile corefile = parse_for_test(
      {.text = "a,\nb {\n cache 30 {\n  keepttl\n }\n}", .directives = kDirectives}, diagnostics);
  const ServerBlock& block = corefile.blocks.at(0);
  CHECK(to_string(block.keys.at(1).position) == "Corefile:2");
  CHECK(to_string(block.directives.at(0).position()) == "Corefile:3");
  CHECK(to_string(block.directives.at(0).block.at(0).position()) == "Corefile:4");
  CHECK(to_string(Position{}).empty());
}

TEST_CASE("occurrences of a directive keep their order", "[config][corefile]") {
  Diagnostics diagnostics;
  const Corefile corefile = parse_for_test(
      {.text = ". {\n log a\n loop\n log b\n}", .directives = kDirectives}, diagnostics);
  const auto lines = corefile.blocks.at(0).occurrences("log");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]->words[1].text == "a");
  CHECK(lines[1]->words[1].text == "b");
  CHECK(corefile.blocks[0].occurrences("cache").empty());
}

TEST_CASE("the built-in configuration is whoami and log", "[config][corefile]") {
  CHECK(shown(default_corefile()) == Texts{"'.' -> 'whoami'; 'log'"});
}

TEST_CASE("diagnostics are lines with what is known", "[config][diagnostics]") {
  const auto file = std::make_shared<const std::string>("Corefile");
  CHECK(format(Diagnostic{{file, 7}, "cache", "no"}) == "Corefile:7: cache: no");
  CHECK(format(Diagnostic{{file, 7}, "", "no"}) == "Corefile:7: no");
  CHECK(format(Diagnostic{{}, "cache", "no"}) == "cache: no");
  CHECK(format(std::vector<Diagnostic>{{{}, "", "a"}, {{}, "", "b"}}) == "a\nb\n");
}

}  // namespace
}  // namespace catena::config
