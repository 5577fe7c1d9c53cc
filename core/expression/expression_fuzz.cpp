// SPDX-License-Identifier: Apache-2.0
#include "core/expression/machine.hpp"
#include "core/expression/testing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever compiles runs to an end, to the same one each time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace catena::expression;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto program = Program::compile(source, kTestEnvironment);
  if (!program) {
    if (program.error().text.empty()) std::abort();
    return 0;
  }
  Machine machine(**program);
  TestCallee callee;
  const std::string first = shown(machine.run(callee));
  if (shown(machine.run(callee)) != first) std::abort();
  if (machine.run(callee).is(Value::Kind::fault) && machine.shown_fault().empty()) std::abort();
  return 0;
}
