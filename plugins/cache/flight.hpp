// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/timer.hpp"
#include "core/plugin/engine.hpp"

#include "plugins/cache/cacheability.hpp"
#include "plugins/cache/key.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace catena::cache {

class Flights;

/// A query that waits for the answer to its question while another one asks for it. Belongs to the
/// query's coroutine, and is with one flight at a time. One thread.
class Follower final : public Awaited,
                       public boost::intrusive::list_base_hook<
                           boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// What it has where nothing fresh comes.
  enum class Otherwise : std::uint8_t { failure, old_answer };

  /// How its wait ended.
  enum class End : std::uint8_t {
    pending,
    answered,  ///< The query has its response, which may be the failure of the one that asked.
    no_news,   ///< Nothing better than an old answer came, or will come soon.
    again,     ///< Whoever asked went away, or got an answer that is not for this query.
    late,      ///< Its own time is over.
    refused,   ///< The server has no room for it.
  };

  /// Waits until `until` at most, through all flights that it is with.
  Follower(Query& query, Otherwise otherwise, TimePoint until);
  ~Follower();

  /// Comes back when the wait has ended, at once if it has.
  asio::awaitable<End> wait();

  End ended() const { return end_; }

  void give_up() override { end(End::refused); }

 private:
  friend class Flight;
  friend class Flights;
  void join(Flights& flights);
  void part();
  void end(End how);

  Query& query_;
  Otherwise otherwise_;
  TimePoint until_;
  net::Timer timer_;
  End end_ = End::pending;
  Flights* flights_ = nullptr;  // Whose count it is in.
};

/// A question of this worker that is on its way to an answer, and those who wait for it. It can be
/// found until it has landed. Whoever waits when it goes is told to ask again, so that a query that
/// is dropped, throws or is given up strands nobody. One thread.
class Flight final : public SetbackObserver {
 public:
  Flight(Flights& flights, const Key& key, std::uint64_t hash, TimePoint began);
  ~Flight();
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  /// False when too many wait on this worker.
  bool take(Follower& follower);

  /// The question has been answered, or has failed: `leader` has the response before it was made
  /// fit for its own client. Everybody it is good for gets a copy in the letters of its own
  /// question, but for those with an old answer where `cacheability` is no statement. A leader that
  /// was given up for want of room says nothing about the question.
  void landed(const Query& leader, const Cacheability& cacheability);

  /// Those with an old answer do not wait any longer.
  void setback() override;

  /// Nobody will answer any more.
  void close();

 private:
  friend class Flights;
  using Followers = boost::intrusive::list<Follower, boost::intrusive::constant_time_size<false>>;
  void leave_table();

  Flights& flights_;
  const std::uint64_t hash_;
  const std::vector<std::uint8_t> key_;
  const TimePoint began_;
  const std::uint64_t number_;  // In the order of beginning.
  Followers followers_;
};

/// The questions of one worker that are on their way. Found and changed without allocation while
/// nobody waits. One thread, on a cache line of its own.
class alignas(64) Flights {
 public:
  /// Queries that may wait for others on one worker.
  static constexpr std::size_t kMostFollowers = 16384;
  /// How long a query waits for another one. Longer than *forward* tries all of its upstreams; a
  /// question that has been on its way for as long is asked anew.
  static constexpr Duration kPatience = std::chrono::seconds(10);

  explicit Flights(std::size_t most = kMostFollowers) : most_(most) {}

  bool empty() const { return table_.empty(); }

  /// Null where there is none, or it has been on its way for too long.
  Flight* find(const Key& key, std::uint64_t hash, TimePoint now) const;

  /// Takes the place of one that find() does not see.
  std::shared_ptr<Flight> begin(const Key& key, std::uint64_t hash, TimePoint now);

  /// The worker is about to be left: whoever waits is told that nothing will come, those of the
  /// oldest question first.
  void close();

  std::size_t following() const { return following_; }

 private:
  friend class Flight;
  friend class Follower;

  std::unordered_map<std::uint64_t, Flight*> table_;
  const std::size_t most_;
  std::size_t following_ = 0;
  std::uint64_t begun_ = 0;
};

}  // namespace catena::cache
