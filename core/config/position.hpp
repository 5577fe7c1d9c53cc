// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace catena::config {

/// Where a word stands: file names are shared between all words of one file, lines count from 1.
struct Position {
  std::shared_ptr<const std::string> file;
  unsigned line = 0;

  /// The name of the file, empty when there is none.
  const std::string& file_name() const;
};

/// "Corefile:7", or an empty string for a position that names no file.
std::string to_string(const Position& position);

}  // namespace catena::config
