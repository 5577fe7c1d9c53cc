// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/program.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
  using namespace catena::kubesim;
  const auto parsed = parse_options({arguments + 1, arguments + count});
  if (const auto* ending = std::get_if<Ending>(&parsed)) {
    fmt::print(ending->status == 0 ? stdout : stderr, "{}", ending->text);
    return ending->status;
  }
  try {
    run_program(std::get<Options>(parsed));
  } catch (const std::exception& error) {
    fmt::print(stderr, "kubesim: {}\n", error.what());
    return 1;
  }
  return 0;
}
