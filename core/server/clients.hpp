// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/budget.hpp"
#include "core/base/hash.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace catena::server {

class Clients;
struct Client;

/// Member of one row at a time, and of none when it goes.
using InRow =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Something that is held for a client and costs memory: a connection, a query that waits. Must not
/// outlive the Clients that it has entered.
class Held : public InRow {
 public:
  /// What it is to the server, in the order in which such things go when memory is short.
  enum class State : std::uint8_t {
    unfinished,  ///< A connection with the beginning of a message.
    unread,      ///< A connection whose client does not take its answers.
    idle,        ///< A connection with nothing to do.
    waiting,     ///< A query that waits for somebody else.
    quiet,       ///< Anything else: never told to go.
  };

  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  std::size_t held() const { return bytes_; }
  State state() const { return state_; }

 protected:
  Held() = default;
  virtual ~Held();

  /// The memory is wanted for another client: ends, or sees to it that it ends soon. It has left
  /// already, and may be destroyed here.
  virtual void give_way() = 0;

 private:
  friend class Clients;
  Clients* clients_ = nullptr;
  Client* client_ = nullptr;
  std::size_t bytes_ = 0;
  State state_ = State::quiet;
};

using Row = boost::intrusive::list<Held, boost::intrusive::constant_time_size<false>>;

/// What Clients knows of one client.
struct Client : InRow {
  std::uint64_t key = 0;
  std::size_t bytes = 0;
  std::size_t things = 0;
  std::array<Row, 4> rows;  ///< By Held::State, without the quiet ones.
};

/// Who holds how much of a worker's share of the budget. A client is an IPv4 address, or the /64 of
/// an IPv6 address. While there is room everybody gets what he asks for. When there is none,
/// whoever holds most has to give way to those who hold less: first his unfinished messages, then
/// connections that he does not read or use, then the query that has waited longest. Who holds most
/// himself gives up all but queries for what he asks, and gets nothing beyond that. One thread.
class Clients {
 public:
  explicit Clients(Budget& budget) : share_(budget) {}

  /// Begins to hold `bytes` for the client at `address`. False, and nothing done, without room.
  [[nodiscard]] bool enter(Held& held, const boost::asio::ip::address& address, std::size_t bytes);

  /// Goes on with `bytes` in all. False, and nothing changed, without room for more of them.
  [[nodiscard]] bool resize(Held& held, std::size_t bytes);

  /// What came into a state last, or was set to it again, is the last one to go.
  void set_state(Held& held, Held::State state);

  /// Ends a connection of whoever holds most, in the order of states, the oldest in its state.
  /// False where there is none that waits for nothing but its client.
  bool end_connection();

  /// Holds nothing any more.
  void leave(Held& held);

  const BudgetShare& share() const { return share_; }
  std::size_t size() const { return clients_.size(); }

 private:
  /// Clients of nearly the same size: four rows for each doubling from 1 KiB on.
  static constexpr std::size_t kRows = 4 * 40;
  using SizeRow = boost::intrusive::list<Client, boost::intrusive::constant_time_size<false>>;

  static std::size_t row_of(std::size_t bytes);
  std::uint64_t key_of(const boost::asio::ip::address& address) const;
  Client& client_at(const boost::asio::ip::address& address);
  void add(Client& client, std::size_t bytes);
  void subtract(Client& client, std::size_t bytes);
  void forget_if_unused(Client& client);
  Client* greediest();
  Held* first_to_go(Client& asking, std::size_t more, const Held& self);
  /// The first that goes in states up to `last`.
  static Held* first_of(Client& client, Held::State last, const Held* besides);
  bool make_room(Client& asking, std::size_t more, const Held& self);
  void tell_to_go(Held& held);

  BudgetShare share_;
  SeededHash hash_;
  std::unordered_map<std::uint64_t, Client> clients_;
  std::array<SizeRow, kRows> rows_;
};

}  // namespace catena::server
