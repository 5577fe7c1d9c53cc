// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/generator/ledger.hpp"
#include "test/bench/generator/pace.hpp"

#include <memory>

namespace catena::bench {

/// One socket or connection, and what is open on it. Never waits, save while it is made.
class Lane {
 public:
  /// A connected one. Throws std::system_error, or std::runtime_error where TLS fails.
  static std::unique_ptr<Lane> make(const Settings& settings, Questions& questions);

  Lane(const Settings& settings, Questions& questions);
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  virtual int descriptor() const = 0;

  /// Takes what has come; true if anything has.
  virtual bool receive(Tally& tally) = 0;

  /// Asks so many questions, or fewer where the socket is full; never more than room().
  virtual void ask(std::size_t count, Pace& pace) = 0;

  std::size_t room() const { return ledger_.room(); }
  std::size_t open() const { return ledger_.open(); }

  void give_up(Nanoseconds before, Tally& tally) { tally.lost += ledger_.give_up(before); }

 protected:
  std::size_t next(unsigned char* message, Pace& pace) {
    return ledger_.ask(questions_, message, pace.take(now()));
  }
  void take(Bytes message, Tally& tally) {
    ledger_.take(questions_, message, settings_.rcode, tally);
  }

  const Settings& settings_;

 private:
  Questions& questions_;
  Ledger ledger_;
};

}  // namespace catena::bench
