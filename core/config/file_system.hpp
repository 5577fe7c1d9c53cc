// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace catena::config {

/// The files that a Corefile may import, so that a test needs no disk.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The whole content of a file of at most 16 MiB.
  virtual boost::system::result<std::string> read(const std::string& path) const = 0;

  /// Existing paths that match an absolute pattern, sorted: `*` and `?` do not cross a `/` and do
  /// match a leading dot. A pattern without wildcards gives itself if it exists.
  virtual std::vector<std::string> glob(const std::string& pattern) const = 0;

  virtual bool is_directory(const std::string& path) const = 0;

  /// The path from the root, with `.` and `..` resolved by their text.
  virtual std::string absolute(const std::string& path) const = 0;
};

/// The disk of this machine.
class Disk final : public FileSystem {
 public:
  boost::system::result<std::string> read(const std::string& path) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;
  bool is_directory(const std::string& path) const override;
  std::string absolute(const std::string& path) const override;
};

}  // namespace catena::config
