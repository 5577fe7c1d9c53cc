// SPDX-License-Identifier: Apache-2.0
// What a plugin, or a companion, may be besides. The server finds these at setup by type, never by
// name.
#pragma once

#include "core/base/clock.hpp"
#include "core/dns/record.hpp"
#include "core/plugin/chain.hpp"
#include "core/plugin/listener_settings.hpp"
#include "core/plugin/query.hpp"
#include "core/plugin/zones.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena {

class Engine;

/// Has to load something before it can answer (the plugin ready asks). Any thread.
class Ready {
 public:
  virtual ~Ready() = default;
  virtual bool ready() const = 0;
};

/// Runs beside the queries. The control thread calls start() before the first query, in chain
/// order, and stop() after the last one; meanwhile it does nothing else, so that what takes longer
/// belongs to a thread and to Prepares. What start() throws is the error of the start.
class Startable {
 public:
  virtual ~Startable() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
};

/// Has something to find out between start() and its first query: what is in a cluster, where an
/// upstream is. The control thread asks all of a configuration's every few milliseconds, `waited`
/// after the last start(), until each has said yes; at a reload the configuration before answers
/// meanwhile. What it throws is the error of the start. stop() may come before it ever said yes.
class Prepares {
 public:
  virtual ~Prepares() = default;
  virtual bool prepared(Duration waited) = 0;
};

/// Holds something that outlives reloads (Keeper) and brings settings for it. The control thread
/// calls it at the moment when its configuration takes over, at the first start too: until then the
/// settings of the one before hold, and with an error they stay. What could go wrong has been tried
/// at setup.
class TakesOver {
 public:
  virtual ~TakesOver() = default;
  virtual void take_over() noexcept = 0;
};

/// Has something to do when the process is about to end, while queries are still answered: ready
/// turns away, health wants its lameduck. The control thread calls it once, in chain order, before
/// anything stops. Never at a reload.
class Farewell {
 public:
  virtual ~Farewell() = default;
  /// Returns for how long queries are to be answered still. The longest of all counts, and runs
  /// once everybody has said farewell.
  virtual Duration farewell() = 0;
};

/// Wants to know the ports of its block's listeners, also where the Corefile said 0: that of the
/// listener with number n (Setup::servers()) is `ports[n]`. The control thread calls it when all
/// sockets are bound, before plugins enter workers.
class Listening {
 public:
  virtual ~Listening() = default;
  virtual void listening(std::span<const std::uint16_t> ports) = 0;
};

/// Wants to know what the blocks that share a listener with its own say (ListenerSettings), its own
/// among them, in the order of the Corefile. The control thread calls it for each listener of its
/// block, when all plugins are set up and nothing is wrong, before start(). The settings live as
/// long as it does.
class SharesListener {
 public:
  virtual ~SharesListener() = default;
  /// `server` as Transport::server.
  virtual void shares(std::uint16_t server, std::span<const ListenerSettings* const> blocks) = 0;
};

/// Wants to see its block once all of the block's plugins are set up: the others' abilities and
/// names (Chain::named). The text that comes back is an error of the directive; "" is none. Control
/// thread, before start().
class Assembled {
 public:
  virtual ~Assembled() = default;
  virtual std::string assembled(const Chain& chain) = 0;
};

/// Has something for each worker, sockets mostly. Called on the worker's own thread before its
/// first and after its last query of this configuration.
class WorkerAware {
 public:
  virtual ~WorkerAware() = default;
  virtual void enter(Engine& engine) = 0;
  virtual void leave(Engine& engine) = 0;
};

/// Knows named values about a query. Called only when somebody asks, and only in a block with a
/// MetadataScope. A text without data (`data() == nullptr`) for a label it does not know; what is
/// known may be empty. The text lives in the query's arena or longer.
class MetadataSource {
 public:
  virtual ~MetadataSource() = default;
  virtual std::string_view metadata(Query& query, std::string_view label) const = 0;
};

/// Says for which names the named values of its block are there: without one in a block nobody gets
/// any (the plugin metadata).
class MetadataScope {
 public:
  virtual ~MetadataScope() = default;
  virtual const Zones& metadata_zones() const = 0;
};

/// Gives autopath the search domains of a query's client, nearest first, the root where the name
/// alone is to be tried too; empty: none known. They live in the query's arena or longer.
class SearchPathSource {
 public:
  virtual ~SearchPathSource() = default;
  virtual std::span<const dns::NameView> search_path(Query& query) const = 0;
};

/// One way through a zone, record by record. It owns what its records point to: whoever reads may
/// wait between two records, and stop at any. One thread.
class ZoneCursor {
 public:
  virtual ~ZoneCursor() = default;

  /// The next record, good until the next call; null behind the last one.
  virtual const dns::Record* next() = 0;

  /// False once something of the zone could not be told: what has come is not the zone.
  virtual bool whole() const { return true; }
};

/// Holds whole zones, which the plugin transfer hands out. Any thread.
class TransferSource {
 public:
  virtual ~TransferSource() = default;

  /// Whether it has a zone of exactly this name.
  virtual bool holds(dns::NameView zone) const = 0;

  /// A way through a zone that it holds: the SOA record, then all others, without the SOA that ends
  /// a transfer. Opening one and reading its first record is cheap, for questions about the serial.
  /// A zone that changes meanwhile may show its old or new state in each place, as long as its
  /// serial is another one afterwards. Null while the zone is not known yet. The source outlives
  /// it.
  virtual std::unique_ptr<ZoneCursor> open(dns::NameView zone) const = 0;
};

/// The names that a plugin answers for: `zones` and all below them, less `handed_on` and all below
/// those, which it leaves to the plugins behind it.
struct Territory {
  std::vector<dns::Name> zones;
  std::vector<dns::Name> handed_on;
};

/// Answers for some names whatever is asked, so that plugins behind it never see these questions.
/// The server warns of one whose names all belong to others in front of it.
class Authority {
 public:
  virtual ~Authority() = default;
  virtual Territory territory() const = 0;
};

/// Wants queries of an opcode beyond QUERY and NOTIFY for its block (dynupdate).
class OpcodeAdmission {
 public:
  virtual ~OpcodeAdmission() = default;
  virtual dns::Opcode admits() const = 0;
};

/// Answers questions of other classes than IN, or hands them on. On a listener where no block has
/// such a plugin they are refused, as in CoreDNS.
class ClassAdmission {
 public:
  virtual ~ClassAdmission() = default;
};

/// Asks other servers for the names that come to it. A forwarder in front leaves to it what its own
/// upstreams do not know, where its `next` says so.
class Forwarder {
 public:
  virtual ~Forwarder() = default;
};

/// Chooses its server block for a query (view).
class BlockFilter {
 public:
  virtual ~BlockFilter() = default;
  virtual bool accepts(Query& query) const = 0;
  virtual std::string_view view() const = 0;
};

/// The metadata sources of one chain, asked in order about queries that came for a name in `zones`.
class MetadataSources {
 public:
  explicit MetadataSources(std::vector<MetadataSource*> sources, Zones zones = Zones({dns::Name()}))
      : sources_(std::move(sources)), zones_(std::move(zones)) {}
  std::string_view value(Query& query, std::string_view label) const {
    if (!zones_.contains(query.asked().question.name)) return {};
    for (const MetadataSource* source : sources_) {
      const std::string_view text = source->metadata(query, label);
      if (text.data() != nullptr) return text;
    }
    return {};
  }

 private:
  std::vector<MetadataSource*> sources_;
  Zones zones_;
};

}  // namespace catena
