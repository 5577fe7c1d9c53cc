// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/size.hpp"

namespace catena::memory {
namespace {

// Below it the server would refuse what a single busy client needs.
constexpr std::uint64_t kLeast = 4ull << 20;

}  // namespace

// memory SIZE. The server does the work: it has one budget for all of its transports.
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  std::uint64_t bytes = 0;
  if (directive.required(config::size(bytes))) {
    if (bytes < kLeast) directive.error("at least 4Mi is expected");
    setup.listener().set<MemoryLimit>().bytes = bytes;
  }
  directive.done();
}

}  // namespace catena::memory
