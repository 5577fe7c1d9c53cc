// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/keys.hpp"
#include "core/dns/name.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/chain.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/router.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace catena::server {

/// Opcodes as a set of bits, one for each of the sixteen.
class Opcodes {
 public:
  void add(dns::Opcode opcode) { bits_ |= bit(opcode); }
  void add(Opcodes others) { bits_ |= others.bits_; }
  bool has(dns::Opcode opcode) const { return (bits_ & bit(opcode)) != 0; }

 private:
  static constexpr std::uint16_t bit(dns::Opcode opcode) {
    return static_cast<std::uint16_t>(1u << (static_cast<unsigned>(opcode) & 15u));
  }
  std::uint16_t bits_ = bit(dns::Opcode::Query) | bit(dns::Opcode::Notify);
};

/// Which classes reach the chains of a listener: IN only, unless a plugin of its blocks lets the
/// others in.
enum class Classes : std::uint8_t { internet_only, every };

struct Configuration;
struct TlsListener;
class Dropped;

/// One server block after its plugins are set up. Only read while queries run.
struct Block {
  std::vector<config::Key> keys;
  std::vector<dns::Name> zones;
  ListenerSettings settings;
  Chain chain;
  MetadataSources metadata{{}};
  std::vector<BlockFilter*> filters;
  Opcodes opcodes;
  Classes classes = Classes::internet_only;
  /// False when a plugin of it is not in this build, so that it can never run.
  bool whole = true;
};

/// How long a connection may take. Defaults are CoreDNS's.
struct Timeouts {
  Duration read = std::chrono::seconds(3);   ///< For its first whole message.
  Duration idle = std::chrono::seconds(10);  ///< Between two messages.
  Duration write = std::chrono::seconds(5);  ///< To take some of its answers.
  long max_queries = -1;                     ///< Then it ends; -1: as many as it likes.
};

/// What tells a listener from the others.
struct ListenerKey {
  config::Scheme scheme = config::Scheme::dns;
  std::string address;  ///< Empty: every address of the host.
  std::uint16_t port = 0;

  bool operator==(const ListenerKey&) const = default;
};

/// A way in with the blocks that answer there.
struct Listener {
  std::uint16_t number = 0;
  ListenerKey key;
  std::string label;  ///< "dns://:53", as metrics and logs call it.
  Timeouts timeouts;
  std::size_t pairs = 0;             ///< Of sockets; 0: one for each worker.
  std::shared_ptr<TlsListener> tls;  ///< Null: plain text.
  /// For the clients of its sockets that greet with TLS: the listener of the same address and port
  /// that is for those. Null mostly.
  const Listener* encrypted = nullptr;
  bool has_sockets = true;  ///< False for one that is another's `encrypted`.
  bool debug = false;
  Opcodes opcodes;
  Classes classes = Classes::internet_only;
  std::vector<const Block*> blocks;  ///< In the order of the Corefile, each once.
  Router router;
  std::shared_ptr<Dropped> dropped;              ///< Counts queries that reach no chain.
  const Configuration* configuration = nullptr;  ///< The one that it belongs to.
};

/// How many pairs of sockets a listener has in a process of so many workers, who have them in turn.
inline std::size_t pairs_of(const Listener& listener, std::size_t workers) {
  if (!listener.has_sockets) return 0;
  return listener.pairs != 0 ? listener.pairs : workers;
}

/// All that a Corefile says, ready to run. A query that waits pins it.
struct Configuration {
  std::vector<std::unique_ptr<Block>> blocks;
  std::vector<std::unique_ptr<Listener>> listeners;

  /// The plugins of all blocks with an ability, in chain order, block by block.
  template <class Ability>
  std::vector<Ability*> with() const {
    std::vector<Ability*> found;
    for (const auto& block : blocks) {
      const std::vector<Ability*> some = block->chain.template with<Ability>();
      found.insert(found.end(), some.begin(), some.end());
    }
    return found;
  }

  /// Null if there is none.
  const Listener* find(const ListenerKey& key) const;

  /// True when some block asks for DEBUG lines.
  bool debug() const;

  /// Bytes that clients may make the process hold, the least that a block says; nothing where none
  /// does.
  std::optional<std::uint64_t> memory() const;
};

}  // namespace catena::server
