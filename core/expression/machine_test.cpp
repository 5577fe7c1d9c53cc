// SPDX-License-Identifier: Apache-2.0
// What expr-lang does not do, or not so, and what a run costs.
#include "core/expression/testing.hpp"

#include "test/support/count_allocations.hpp"

#include <catch2/catch.hpp>

namespace catena::expression {
namespace {

std::string error_of(const std::string& source) {
  const auto program = Program::compile(source, kTestEnvironment);
  const bool compiled = program.has_value();
  return compiled ? "" : program.error().text;
}

TEST_CASE("an error shows where it is", "[expression]") {
  CHECK(error_of("name() == 'a' and invalid expression") ==
        "unexpected token Identifier(\"expression\") (1:27)\n"
        " | name() == 'a' and invalid expression\n"
        " | ..........................^");
  CHECK(error_of("'\u20ac' +\n\t1") ==
        "invalid operation: + (mismatched types string and int) (1:5)\n"
        " | '\u20ac' +\n"
        " | ....^");
  CHECK(error_of("true and\n\tid() and yes()") ==
        "invalid operation: and (mismatched types bool and int) (1:6)\n"
        " | true and\n"
        " | .....^");
  CHECK(error_of("yes() and\n\tnosuch()") ==
        "unknown name nosuch (2:2)\n"
        " |  nosuch()\n"
        " | .^");
}

struct Row {
  const char* source;
  const char* error;  ///< The first line.
};

const Row kMissing[] = {
    {"now()", "the function now is not supported (1:1)"},
    {"1 | toJSON()", "the function toJSON is not supported (1:5)"},
    {"groupBy([1], #)", "the function groupBy is not supported (1:1)"},
    {"sort([1])", "the function sort is not supported (1:1)"},
    {"b'bytes'", "literals of bytes are not supported (1:1)"},
    {"$env", "$env is not supported (1:1)"},
    {"name().len()", "calls of members are not supported (1:8)"},
};

TEST_CASE("what is missing of the language is called by its name", "[expression]") {
  for (const Row& row : kMissing) {
    INFO(row.source);
    const std::string error = error_of(row.source);
    CHECK(error.substr(0, error.find('\n')) == row.error);
  }
}

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("an expression has limits", "[expression]") {
  const std::string deep = "the expression is nested too deeply";
  const std::string large = "compilation failed: expression exceeds maximum allowed nodes";
  const auto starts = [](const std::string& start) { return Catch::StartsWith(start); };
  CHECK_THAT(error_of(times(500, "(") + "1" + times(500, ")")), starts(deep));
  CHECK_THAT(error_of(times(500, "[") + "1" + times(500, "]")), starts(deep));
  CHECK_THAT(error_of(times(500, "not ") + "true"), starts(deep));
  CHECK_THAT(error_of(times(500, "if yes() { 1 } else ") + "{ 2 }"), starts(deep));
  CHECK_THAT(error_of("1" + times(2000, " + 1")), starts(deep));
  CHECK_THAT(error_of("[1" + times(10000, ",1") + "]"), starts(large));
  CHECK_THAT(error_of(std::string(70000, ' ')), starts("the expression has 70000 bytes, more"));
  CHECK(error_of("yes()" + times(900, " or yes()")).empty());
}

// The middle of three is there twice, and so on in it.
TEST_CASE("comparisons within comparisons do not double for ever", "[expression]") {
  std::string source = "id()";
  for (int i = 0; i < 60; ++i) source = "len(string(1 < " + source + " < 9))";
  CHECK_THAT(error_of(source), Catch::StartsWith("compilation failed"));
}

TEST_CASE("a condition that is its own result is there once", "[expression]") {
  std::string source = "yes()";
  for (int i = 0; i < 60; ++i) source = "(" + source + " ?: false)";
  CHECK(error_of(source).empty());
}

std::string fault_of(const std::string& source) {
  const auto program = Program::compile(source, kTestEnvironment).value();
  Machine machine(*program);
  TestCallee callee;
  return machine.run(callee).is(Value::Kind::fault) ? machine.shown_fault() : "";
}

const Row kFaults[] = {
    {"fails('a', 'b')", "it fails (1:1)"},
    {"yes() and fails('a', 'b')", "it fails (1:11)"},
    {"int(name())", "invalid operation: int(www.example.org.) (1:1)"},
    {"[1, 'a'][1] + 1", "invalid operation: string + int (1:13)"},
    {"[1, 2][id()]", "index out of range (1:7)"},
    {"name() matches echo('(')", "error parsing regexp: missing closing ): `(` (1:8)"},
    {"all(1..1000000, # > 0)", "the expression takes too many steps (1:19)"},
    {"all(1..1000, all(1..1000, # > 0))", "the expression takes too many steps (1:14)"},
    {"map(1..100000, #)", "memory budget exceeded (1:1)"},
    {"1..2000000", "memory budget exceeded (1:2)"},
    {"repeat(name(), 1000000)", "memory budget exceeded (1:1)"},
    {"reduce(1..90, [#acc, #acc, #acc]) == [1]", ""},
    {"string(reduce(1..90, [#acc, #acc, #acc]))", "the expression takes too many steps (1:1)"},
    {"reduce(1..200, [#acc]) == reduce(1..200, [#acc])", "recursion depth exceeded (1:24)"},
    {"string(reduce(1..200, [#acc]))", "recursion depth exceeded (1:1)"},
    {"string(name)", "a function has no text (1:1)"},
};

TEST_CASE("a run that cannot go on says why, and where", "[expression]") {
  for (const Row& row : kFaults) {
    INFO(row.source);
    const std::string fault = fault_of(row.source);
    CHECK(fault.substr(0, fault.find('\n')) == row.error);
  }
}

TEST_CASE("a fault is over with its run", "[expression]") {
  const auto program = Program::compile("name() matches echo('^www')", kTestEnvironment).value();
  class Fickle final : public Callee {
   public:
    Value call(std::size_t function, std::span<const Value> arguments) override {
      if (function != 0) return arguments[0];
      return fails ? Value::fault("not now") : Value::string("www.");
    }
    bool fails = false;
  } callee;
  Machine machine(*program);
  CHECK(shown(machine.run(callee)) == "true");
  callee.fails = true;
  CHECK(shown(machine.run(callee)) == "fails");
  callee.fails = false;
  CHECK(shown(machine.run(callee)) == "true");
}

TEST_CASE("a run within a run is none, and one that throws is over", "[expression]") {
  const auto program = Program::compile("name() == 'a'", kTestEnvironment).value();
  class Inward final : public Callee {
   public:
    Value call(std::size_t, std::span<const Value>) override {
      if (machine == nullptr) throw std::runtime_error("no name");
      inner = shown(machine->run(*this));
      return Value::string("a");
    }
    Machine* machine = nullptr;
    std::string inner;
  } callee;
  Machine machine(*program);
  CHECK_THROWS(machine.run(callee));
  callee.machine = &machine;
  CHECK(shown(machine.run(callee)) == "true");
  CHECK(callee.inner == "fails");
}

TEST_CASE("usual expressions allocate nothing", "[expression]") {
  for (const char* source :
       {"type() in ['A', 'AAAA'] and name() endsWith 'example.org.'",
        "name() matches '^www\\\\..*org\\\\.$' ? id() % 2 == 0 : false",
        "any(split(lower(name()), '.'), # == 'example')", "name() matches echo('^www')",
        "int('53') in 1..1023", "let x = name(); {a: x}.a == x"}) {
    INFO(source);
    const auto program = Program::compile(source, kTestEnvironment).value();
    Machine machine(*program);
    TestCallee callee;
    machine.run(callee);
    const std::uint64_t before = test::allocations_here;
    machine.run(callee);
    CHECK(test::allocations_here == before);
  }
}

TEST_CASE("what is known of a value", "[expression]") {
  const auto type = [](const char* source) {
    return Program::compile(source, kTestEnvironment).value()->type().name();
  };
  CHECK(type("id() == 1") == "bool");
  CHECK(type("name") == "func() string");
  CHECK(type("[1, 'a'][0]") == "interface {}");
  CHECK(type("'a' + 'b'") == "string");
}

}  // namespace
}  // namespace catena::expression
