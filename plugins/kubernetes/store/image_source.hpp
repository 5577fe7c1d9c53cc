// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// An object in few bytes (objects/image.hpp). Shared between the sink that keeps it up to date and
/// the thread that writes it; never changes.
using Image = std::shared_ptr<const std::string>;

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

}  // namespace catena::kubernetes
