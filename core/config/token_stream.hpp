// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/lexer.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// The words of a Corefile in reading order. An import pushes its words as an expansion, which is
/// read before what follows. Words of two expansions are never on one line, also when their file
/// and line are the same (a snippet imported twice), so that directives cannot merge. BEYOND:
/// CoreDNS compares file and line only.
class TokenStream {
 public:
  explicit TokenStream(std::shared_ptr<const Tokens> tokens, std::string name);

  /// Moves to the next word; false at the end.
  bool next();

  /// The word that next() moved to.
  const Token& current() const { return *current_; }

  /// The word after the current one, nothing at the end. It may end an expansion.
  const Token* peek() const;

  /// True when the current word, or the one after it, begins a line.
  bool begins_line() const { return begins_line_; }
  bool next_begins_line() const;

  /// Reads these words next. `name` tells one import from others: a path or a snippet's name.
  void push(std::shared_ptr<const Tokens> tokens, std::string name);

  /// True when words of an expansion with this name have been read and more may follow.
  bool is_open(std::string_view name) const;

  /// How many words were read so far.
  std::size_t count() const { return count_; }

 private:
  struct Expansion {
    std::shared_ptr<const Tokens> tokens;
    std::string name;
    unsigned id = 0;
    std::size_t next = 0;
  };

  const Expansion* upcoming() const;

  std::vector<Expansion> stack_;
  std::shared_ptr<const Tokens> current_owner_;
  const Token* current_ = nullptr;
  unsigned current_id_ = 0;
  unsigned last_id_ = 0;
  bool begins_line_ = true;
  std::size_t count_ = 0;
};

}  // namespace catena::config
