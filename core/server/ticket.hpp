// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"
#include "core/server/clients.hpp"
#include "core/server/configuration.hpp"

namespace catena::server {

/// A query on its way through the server, with the way back to whoever asked. Every query that a
/// plugin sees is one. One thread.
class Ticket : public Query, public Held {
 public:
  explicit Ticket(Engine& engine, std::size_t arena_block = 2048) : Query(engine, arena_block) {}
  virtual ~Ticket() = default;

  /// The query that waited is done. The ticket may be begun anew, or be gone, when this returns.
  virtual void finished(Outcome outcome) = 0;

  /// Engine::send_part for this way back.
  virtual asio::awaitable<bool> send_part() { co_return false; }

  /// Where it came in. Null before the first begin().
  const Listener* listener() const { return listener_; }
  void set_listener(const Listener* listener) { listener_ = listener; }

  /// The server block whose chain it runs through. Null before, and where no block answers.
  const Block* block() const { return block_; }
  void set_block_of(const Block* block) { block_ = block; }

 private:
  void give_way() override { give_up(); }

  const Listener* listener_ = nullptr;
  const Block* block_ = nullptr;
};

}  // namespace catena::server
