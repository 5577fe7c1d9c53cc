// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/exchange.hpp"
#include "core/net/deadlines.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace catena::client {

class Call;

/// Is told once that a call is over. The call may be destroyed in it.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void finished(Call& call) = 0;
};

/// Is told, once for each call, that it looks bad though it goes on: a reply came that is not to be
/// believed, and the right one is still waited for.
class Witness {
 public:
  virtual void doubted() = 0;

 protected:
  ~Witness() = default;
};

/// The socket that a call is waiting on.
class Carrier {
 public:
  /// The call's time is over.
  virtual void expired(Call& call) = 0;
  /// The call goes away before its end.
  virtual void forget(Call& call) = 0;

 protected:
  ~Carrier() = default;
};

/// An exchange under way on a worker: the state machine, and where it hangs meanwhile. Stays at its
/// address from Channel::begin() to the end. One thread.
class Call final : private net::Deadline {
 public:
  Call(Request& request, const Plan& plan) : exchange(request, plan) {}
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Who is told; set before anything can end, which is not before the event loop runs again.
  void set_waiter(Waiter& waiter) { waiter_ = &waiter; }

  /// May be left out. It outlives the call.
  void set_witness(Witness& witness) { witness_ = &witness; }

  /// For coroutines: comes back when the call is over. Right behind Channel::begin().
  asio::awaitable<void> wait();

  Exchange exchange;

 private:
  friend class Channel;
  friend class Parked;
  friend class UdpSocket;
  friend class UpstreamConnection;
  struct Initiation;
  template <class Handler>
  class HandlerWaiter;

  void due() override { carrier_->expired(*this); }
  /// Off the socket and without deadline, but not over.
  void detach();
  void finish();

  Waiter* waiter_ = nullptr;
  Witness* witness_ = nullptr;
  std::unique_ptr<Waiter> own_waiter_;
  Carrier* carrier_ = nullptr;
  unsigned restarts_ = 0;
};

}  // namespace catena::client
