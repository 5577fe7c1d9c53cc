// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/secured_upstream.hpp"

#include "test/sim/secret.hpp"

#include <array>

namespace catena::sim {
namespace {

using Contexts = std::array<std::shared_ptr<net::TlsContext>, 3>;

// Each has ticket keys of its own.
const Contexts& contexts() {
  static const test::Authority stranger("stranger");
  static const Contexts all{
      secrets().server,
      secrets().serving(secrets().authority.issue("DNS:dns.test").shown()),
      secrets().serving(stranger.issue("DNS:dns.test").shown()),
  };
  return all;
}

}  // namespace

std::unique_ptr<TlsPeer> secured_upstream(std::unique_ptr<net::MemoryPeer> wire,
                                          TlsHabit habit,
                                          Dice& dice) {
  net::TlsHandle handle = contexts()[static_cast<std::size_t>(habit)]->accept();
  const int version = dice.percent(30) ? TLS1_2_VERSION : TLS1_3_VERSION;
  return std::make_unique<TlsPeer>(std::move(wire), net::only(std::move(handle), version));
}

}  // namespace catena::sim
