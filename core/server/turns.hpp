// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>

namespace catena::server {

struct InTurnTag;
using InTurn =
    boost::intrusive::list_base_hook<boost::intrusive::tag<InTurnTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Whatever takes turns with its like. Waits in one queue at most, and leaves it when it goes.
class TakesTurns : public InTurn {
 public:
  /// Its turn has come: it waits no more.
  virtual void go_on() = 0;

 protected:
  ~TakesTurns() = default;
};

/// The turns that connections of one worker take. What is done for them between two looks at the
/// worker's sockets has a bound, however much they have sent: datagrams come in between. Who has
/// just begun goes before those that have had a turn and want more. One thread.
class Turns {
 public:
  /// Work between two looks at the sockets: about a millisecond. A message is one unit, and so are
  /// kBytes of answers.
  static constexpr unsigned kRound = 1024;
  /// Work for one connection at once.
  static constexpr unsigned kPortion = 64;
  static constexpr std::size_t kBytes = 256;
  /// A step of a handshake of TLS takes half a millisecond.
  static constexpr unsigned kHandshake = 512;

  explicit Turns(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Whether it may begin now; else it waits until go_on().
  [[nodiscard]] bool begin(TakesTurns& one);
  /// It has had a turn, and waits for another one.
  void again(TakesTurns& one);
  /// So much work was done, in turn or not.
  void spend(unsigned work) {
    spent_ += work;
    if (spent()) call_soon();
  }
  /// Nobody may do anything before the next round.
  bool spent() const { return spent_ >= kRound; }

  static bool waits(const TakesTurns& one) { return one.InTurn::is_linked(); }

 private:
  using Queue = boost::intrusive::list<TakesTurns,
                                       boost::intrusive::base_hook<InTurn>,
                                       boost::intrusive::constant_time_size<false>>;

  void call_soon();
  void run();
  void run(Queue& queue, unsigned until);

  boost::asio::any_io_executor executor_;
  Queue beginning_;
  Queue going_on_;
  unsigned spent_ = 0;
  bool called_ = false;
};

}  // namespace catena::server
