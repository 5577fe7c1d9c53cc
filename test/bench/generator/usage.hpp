// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace catena::bench {

/// CPU time in seconds since some start: differences count.
struct CpuTime {
  double total = 0;             ///< To the nanosecond where the kernel keeps schedstat.
  double user = 0, system = 0;  ///< In ticks of 10 ms.

  CpuTime operator-(const CpuTime& other) const {
    return {total - other.total, user - other.user, system - other.system};
  }
};

/// What some processes have used at one moment, all threads included, what this one has, and what
/// all of this machine's processes have.
struct Usage {
  CpuTime servers, beside, own;
  double machine = 0;

  static Usage read(const std::vector<int>& servers, const std::vector<int>& beside);
};

}  // namespace catena::bench
