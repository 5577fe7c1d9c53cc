// SPDX-License-Identifier: Apache-2.0
#include "core/net/descriptor.hpp"

#include <unistd.h>

namespace catena::net {

void Descriptor::reset(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

}  // namespace catena::net
