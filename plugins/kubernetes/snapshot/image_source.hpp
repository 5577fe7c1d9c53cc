// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/snapshot/objects.hpp"

#include <cstdint>
#include <vector>

namespace catena::kubernetes::snapshot {

/// A sink that can keep an image of each of its objects.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// From now on; before the first object.
  virtual void keep_images() = 0;

  /// Those of the moment. The API thread only, or after it has ended.
  virtual std::vector<Image> images() const = 0;

  /// Another number after each change of an image. Threads as images().
  virtual std::uint64_t image_changes() const = 0;
};

}  // namespace catena::kubernetes::snapshot
