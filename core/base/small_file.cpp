// SPDX-License-Identifier: Apache-2.0
#include "core/base/small_file.hpp"

#include "core/base/system_text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>

namespace catena {
namespace {
constexpr std::size_t kFileLimit = 1024 * 1024;
}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             std::fclose);
  if (!file) return Error{fmt::format("open {}: {}", path, system_text(errno))};
  std::string text;
  char piece[16384];
  while (const std::size_t count = std::fread(piece, 1, sizeof piece, file.get())) {
    text.append(piece, count);
    if (text.size() > kFileLimit) return Error{fmt::format("{}: larger than 1 MiB", path)};
  }
  if (std::ferror(file.get()) != 0) {
    return Error{fmt::format("read {}: {}", path, system_text(errno))};
  }
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

}  // namespace catena
