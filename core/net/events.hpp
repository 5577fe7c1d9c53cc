// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace catena::net {

/// Is told what a stream, a socket of datagrams or a door waits for no longer. Each wait that was
/// asked for is told of once, in a later turn of the event loop and never inside of the call that
/// asked; none after the end of what was waited on, which may be destroyed in here.
class Events {
 public:
  virtual void readable() = 0;
  virtual void writable() {}

 protected:
  ~Events() = default;
};

}  // namespace catena::net
