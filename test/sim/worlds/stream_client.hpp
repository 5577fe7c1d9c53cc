// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/client_end.hpp"
#include "test/sim/worlds/oracle.hpp"

#include <map>
#include <memory>
#include <vector>

namespace catena::sim {

/// A client with a connection: sends its messages in pieces, takes what it likes, and checks each
/// answer against what it has asked.
class StreamClient {
 public:
  explicit StreamClient(std::unique_ptr<ClientEnd> end) : end_(std::move(end)) {}

  /// Puts a message behind those that are still to be sent.
  void ask(Asked asked);
  /// Sends so many bytes of what there is.
  void send(std::size_t bytes);
  /// Takes so many bytes and checks the messages that are whole by then.
  void take(std::size_t bytes);
  void finish();
  void reset();
  /// Sends and takes all there is. True where something went to or fro.
  bool be_kind();

  bool was_reset() const { return reset_; }
  bool finished() const { return finished_; }
  bool closed() const { return end_->closed(); }

  /// Answers that are still owed for messages that the server has read.
  std::size_t missing() const;
  std::size_t bytes_taken() const { return taken_; }

 private:
  struct Place {
    std::size_t end;  // In the stream of all that is sent.
    std::uint16_t id;
  };
  void check_messages();

  std::unique_ptr<ClientEnd> end_;
  std::map<std::uint16_t, Asked> asked_;
  std::vector<Place> places_;
  std::vector<std::uint8_t> stream_;  // All that is to be sent, from the beginning.
  std::size_t sent_ = 0;
  std::size_t taken_ = 0;
  std::vector<std::uint8_t> incoming_;
  bool finished_ = false;
  bool reset_ = false;
};

}  // namespace catena::sim
