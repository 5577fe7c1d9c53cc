// SPDX-License-Identifier: Apache-2.0
#include "test/sim/world.hpp"

#include <array>
#include <cstdio>

namespace catena::sim {
namespace {

constexpr std::array kWorlds{
    World{"ways_in", "streams and datagrams: cut, stalled, half-closed, reset, full", ways_in},
    World{"resolvers", "forward and cache: upstreams that lie, stall, flap; reloads", resolvers},
    World{"cluster", "kubernetes: objects that come and go, an API server in trouble", cluster},
    World{"lives", "a server that is started, reloaded and stopped at any moment", lives},
    World{"transfers", "zones that secondaries take while they change", transfers},
};

}  // namespace

std::span<const World> worlds() { return kWorlds; }

// FNV-1a: nobody attacks it, and it is the same everywhere.
void Trace::add(std::string_view line) {
  if (printed_) std::printf("%6zu  %.*s\n", steps_, static_cast<int>(line.size()), line.data());
  ++steps_;
  for (const char letter : line) {
    hash_ = (hash_ ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  }
  hash_ = (hash_ ^ '\n') * 0x100000001b3;
}

}  // namespace catena::sim
