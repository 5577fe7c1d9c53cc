// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/query.hpp"

#include <cstddef>

namespace catena::transfer {

/// Packs the records of one transfer into messages. The message that is under way is the query's
/// response, and points into this. Memory is that of one message.
class Parts {
 public:
  explicit Parts(Query& query);

  /// Copies a record into the message. False, and nothing done, when that is full; a record that is
  /// alone in its message always finds room.
  bool add(const dns::Record& record);

  /// Sends the message and begins the next; comes back when the client can take more and others had
  /// their turn. False: the client is gone, or its transport knows only one message per question.
  asio::awaitable<bool> send();

  /// Leaves the last message to the query; its outcome.
  Outcome leave();

  /// All records so far.
  std::size_t records() const { return records_; }

 private:
  void begin();

  Query* query_;
  Arena arena_;
  std::size_t size_ = 0;  // Bytes of the message without compression.
  std::size_t records_ = 0;
  dns::NameView owner_;  // Of the last record, in the arena.
};

}  // namespace catena::transfer
