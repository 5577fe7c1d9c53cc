// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/deadlines.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>

namespace catena::net {

/// A wait of one coroutine that others can end early: they complete what is awaited, so that nobody
/// depends on cancelling operations of the event loop. Both ways the coroutine goes on in a later
/// turn, inside Deadlines::run_due(), never inside the call that ended the wait. One thread.
class Timer final : private Deadline {
 public:
  enum class End : std::uint8_t { due, told };

  explicit Timer(Deadlines& deadlines);
  ~Timer();

  /// Waits until then; TimePoint::max() is for ever. One wait at a time. A coroutine whose queue of
  /// deadlines ends meanwhile is destroyed, by its executor, where it waits.
  boost::asio::awaitable<End> until(TimePoint time);

  /// The wait, if there is one, is over.
  void give_up();

  bool waits() const { return resume_ != nullptr; }

 private:
  struct Resume;
  struct Initiation;
  template <class Handler>
  struct ResumeHandler;
  void due() override;
  void abandoned() override;

  Deadlines* deadlines_;
  std::unique_ptr<Resume> resume_;
  End end_ = End::due;
};

}  // namespace catena::net
