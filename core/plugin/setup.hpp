// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/epoch.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/config/directive.hpp"
#include "core/dns/name.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/chain.hpp"
#include "core/plugin/keeper.hpp"
#include "core/plugin/line_limit.hpp"
#include "core/plugin/listener_kinds.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/zones.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena {

class Control;

/// What a process has one of, handed to every setup. Outlives every configuration.
struct Process {
  Log log;
  metrics::Registry& metrics;
  epoch::Domain& epoch;
  const Clock& clock;
  Keeper& keeper;
  Control* control = nullptr;  ///< None where nothing runs (`catena check`).
};

/// The limit of the lines that clients cause, for one plugin, or for the server itself ("").
std::shared_ptr<LineLimit> line_limit_for(const Process& process, const std::string& plugin);

/// One listener of a block: a number that is unique in the configuration, and the `server` label.
struct ServerLabel {
  std::uint16_t number;
  std::string text;  ///< "dns://:53", "dns://127.0.0.1:1053"
};

/// One thing for each listener of a block, found by Transport::server: counters with a `server`
/// label.
template <class T>
class PerServer {
 public:
  PerServer() = default;
  PerServer(std::span<const ServerLabel> servers,
            const std::function<T(const std::string&)>& make) {
    for (const ServerLabel& server : servers) {
      if (server.number >= items_.size()) items_.resize(server.number + 1u);
      items_[server.number] = std::make_unique<T>(make(server.text));
    }
  }

  /// Null for a listener of another block.
  T* find(const Transport& transport) const {
    return transport.server < items_.size() ? items_[transport.server].get() : nullptr;
  }

 private:
  std::vector<std::unique_ptr<T>> items_;
};

/// Whether zones outside of a block's own are warned of: not where they say something else than
/// which questions of clients are meant.
enum class Outside : std::uint8_t { warned, meant };

/// What the setup function of a plugin works with: all occurrences of its directive in one server
/// block. It reads them, reports what is wrong through them (nothing is thrown for a user's
/// mistake), and adds itself to the chain or changes the listener. An exception that escapes is
/// reported as an error of the first occurrence. Control thread only.
class Setup {
 public:
  Setup(const Process& process,
        std::string plugin,
        std::span<config::Directive> directives,
        std::vector<dns::Name> block_zones,
        std::vector<ServerLabel> servers,
        ListenerSettings& listener,
        Chain& chain)
      : process_(process),
        plugin_(std::move(plugin)),
        directives_(directives),
        block_zones_(std::move(block_zones)),
        servers_(std::move(servers)),
        listener_(&listener),
        chain_(&chain) {}

  /// At least one, in the order of the file.
  std::span<config::Directive> directives() const { return directives_; }

  /// For plugins that may stand once in a block: reports every further one, returns the first.
  config::Directive& once() const {
    config::only_once(directives_);
    return directives_.front();
  }

  /// The zones of the block's keys, lower case.
  const std::vector<dns::Name>& block_zones() const { return block_zones_; }

  /// Takes the rest of a line as zones (names and networks); the block's own if there are none.
  /// Warns of words that do not look like zones, and of zones that are outside of the block's.
  Zones zones(config::Arguments& arguments, Outside outside = Outside::warned) const;
  /// The same with words that somebody has taken from the line.
  Zones zones(config::Arguments& line, const std::vector<config::Word>& words) const;

  /// Warns of zones that nobody can ask this block for.
  void warn_outside(config::Arguments& line, const std::vector<dns::Name>& zones) const;

  /// `fallthrough [ZONES...]` from a property's arguments; none given: every name.
  Fallthrough fallthrough(config::Arguments& arguments) const;

  const std::vector<ServerLabel>& servers() const { return servers_; }

  /// All words of the server block, for state that survives a reload only if none of them changed
  /// (Keeper). Empty where the caller did not say: such state is then made anew.
  const std::string& block_text() const { return block_text_; }
  void set_block_text(std::string text) { block_text_ = std::move(text); }

  /// True where the block has a directive of this name, of a plugin that is set up or not. For what
  /// must be known before the block is assembled (Assembled); false where the caller did not say.
  bool block_has(std::string_view directive) const;
  /// True where the block has something with this ability that stands in front of this plugin in
  /// the order of the chain, or beside it, and is set up already.
  template <class Ability>
  bool has_in_front() const {
    return !chain_->template with<Ability>().empty();
  }
  /// `block` outlives this.
  void set_block(const config::ServerBlock& block) { block_ = &block; }

  ListenerSettings& listener() const { return *listener_; }

  /// Puts a plugin at its place in the chain; several in the order of the calls.
  void add(std::unique_ptr<Plugin> plugin) const { chain_->add(plugin_, std::move(plugin)); }

  /// Puts something beside the chain.
  void add(std::unique_ptr<Companion> companion) const {
    chain_->add(plugin_, std::move(companion));
  }

  /// With `plugin/NAME: ` in front.
  Log log() const { return process_.log.for_plugin(plugin_); }
  /// For lines that clients cause: one for all blocks of the plugin, through reloads too.
  std::shared_ptr<LineLimit> line_limit() const;
  const Process& process() const { return process_; }
  metrics::Registry& metrics() const { return process_.metrics; }

 private:
  const Process& process_;
  std::string plugin_;
  std::span<config::Directive> directives_;
  std::vector<dns::Name> block_zones_;
  std::vector<ServerLabel> servers_;
  ListenerSettings* listener_;
  Chain* chain_;
  std::string block_text_;
  const config::ServerBlock* block_ = nullptr;
};

}  // namespace catena
