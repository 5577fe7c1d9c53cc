// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes::snapshot {

/// A file that is written anew in one step: as FILE.new beside the old one, which stays until all
/// is on the disk, also through a crash of the machine. Nobody but the owner may read it. Every
/// error names the file and the system's reason.
class NewFile {
 public:
  /// Opens FILE.new, in the place of one that was left over.
  static Result<NewFile> create(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;

  /// Takes FILE.new away again unless it has become FILE.
  ~NewFile();

  Result<void> append(std::string_view bytes);
  Result<void> commit();

 private:
  NewFile(std::string path, int descriptor);

  std::string path_;
  int descriptor_ = -1;
};

/// What a file may hold at most to be read.
inline constexpr std::size_t kFileLimit = 256 * 1024 * 1024;

/// The whole of a regular file; "" with `missing` where there is none.
struct ReadFile {
  std::string bytes;
  bool missing = false;
};
Result<ReadFile> read_file(const std::string& path);

}  // namespace catena::kubernetes::snapshot
