// SPDX-License-Identifier: Apache-2.0
#include "core/base/trimmer.hpp"

#include <algorithm>
#include <malloc.h>

namespace catena {
namespace {

// Less is not worth the work.
constexpr std::size_t kLeast = 2 * 1024 * 1024;

}  // namespace

void Trimmer::look() {
  const std::size_t used = used_();
  peak_ = std::max(peak_, used);
  const bool over = used <= peak_ / 2 && peak_ - used >= kLeast;
  if (over && calm_) {
    trim_();
    peak_ = used;
  }
  calm_ = over && !calm_;
}

void return_free_memory() { ::malloc_trim(0); }

}  // namespace catena
